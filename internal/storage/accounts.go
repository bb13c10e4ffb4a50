package storage

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// peopleIndexes returns the indexes of the tables for accounts, sessions and tokens. The index of logins is unique. A
// login never changes, so only an insert can violate it. Both engines report that alike.
func peopleIndexes() []tableIndexes {
	return []tableIndexes{
		{accounts, []engine.Index{{Keys: bson.D{{Key: "login", Value: 1}}, Unique: true}}},
		{sessions, []engine.Index{{Keys: bson.D{{Key: "account", Value: 1}}}, {Keys: bson.D{{Key: "expiresAt", Value: 1}}}}},
		{tokens, []engine.Index{{Keys: bson.D{{Key: "hash", Value: 1}}}}},
	}
}

// AddAccount adds an account. It returns [ErrLoginTaken] if another account has the login.
func (s *Store) AddAccount(ctx context.Context, a *content.Account) error {
	err := s.write(ctx, accounts, engine.Insert(a))
	if errors.Is(err, engine.ErrDuplicate) {
		return ErrLoginTaken
	}
	return err
}

// Account reads the account with an id. It returns false if there is none.
func (s *Store) Account(ctx context.Context, id string) (*content.Account, bool, error) {
	return findOne[content.Account](ctx, s.engine.Table(accounts), engine.ByID(id))
}

// AccountByLogin reads the account with a login. It returns false if there is none.
func (s *Store) AccountByLogin(ctx context.Context, login string) (*content.Account, bool, error) {
	return findOne[content.Account](ctx, s.engine.Table(accounts), bson.D{{Key: "login", Value: login}})
}

// Accounts lists the accounts in the order of their logins, at most maxPeople.
func (s *Store) Accounts(ctx context.Context) ([]*content.Account, error) {
	return findAll[content.Account](ctx, s.engine.Table(accounts), bson.D{}, "login")
}

// EnabledAdmins counts the administrators who can sign in.
func (s *Store) EnabledAdmins(ctx context.Context) (int, error) {
	return count(ctx, s.engine.Table(accounts),
		bson.D{{Key: "role", Value: content.RoleAdmin}, {Key: "disabledAt", Value: nil}})
}

// AccountChange holds the new values of an account's fields. A nil field stays as it is.
type AccountChange struct {
	Name *string
	Role *content.Role
	// Password is the hash of the new password.
	Password           *string
	MustChangePassword *bool
	// DisabledAt is the time from which the account can't sign in. A zero time enables the account again.
	DisabledAt *time.Time
	// Previews is the mark of the valid previews that the account gave out.
	Previews *string
}

// ChangeAccount changes an account in one atomic step and returns it as it is afterwards. It returns false if there
// is none.
func (s *Store) ChangeAccount(ctx context.Context, id string, c AccountChange) (*content.Account, bool, error) {
	var set bson.D
	add := func(field string, value any) { set = append(set, bson.E{Key: field, Value: value}) }
	if c.Name != nil {
		add("name", *c.Name)
	}
	if c.Role != nil {
		add("role", *c.Role)
	}
	if c.Password != nil {
		add("password", *c.Password)
	}
	if c.MustChangePassword != nil {
		add("mustChangePassword", *c.MustChangePassword)
	}
	if c.Previews != nil {
		add(previewsField, *c.Previews)
	}
	switch {
	case c.DisabledAt == nil:
	case c.DisabledAt.IsZero():
		add("disabledAt", nil)
	default:
		add("disabledAt", *c.DisabledAt)
	}
	if len(set) == 0 {
		return s.Account(ctx, id)
	}
	raw, ok, err := s.engine.Table(accounts).Modify(ctx, engine.ByID(id), bson.D{{Key: "$set", Value: set}})
	if !ok || err != nil {
		return nil, false, err
	}
	after := new(content.Account)
	err = bsondoc.Unmarshal(raw, after)
	return after, err == nil, err
}

// AddSession adds a session.
func (s *Store) AddSession(ctx context.Context, session *content.Session) error {
	return s.write(ctx, sessions, engine.Insert(session))
}

// Session reads the session with an id, even if it has expired. It returns false if there is none.
func (s *Store) Session(ctx context.Context, id string) (*content.Session, bool, error) {
	return findOne[content.Session](ctx, s.engine.Table(sessions), engine.ByID(id))
}

// EndSession ends a session. If the session does not exist, it does nothing.
func (s *Store) EndSession(ctx context.Context, id string) error {
	return s.write(ctx, sessions, engine.Delete(engine.ByID(id)))
}

// EndSessions ends all sessions of an account except the session but. If but is empty, it ends all of them.
func (s *Store) EndSessions(ctx context.Context, account, but string) error {
	others := bson.D{{Key: "account", Value: account}, {Key: "_id", Value: bson.D{{Key: "$ne", Value: but}}}}
	return s.write(ctx, sessions, engine.DeleteAll(others))
}

// SweepSessions removes the expired sessions and returns their number.
func (s *Store) SweepSessions(ctx context.Context, now time.Time) (int, error) {
	return s.engine.Table(sessions).Write(ctx,
		engine.DeleteAll(bson.D{{Key: "expiresAt", Value: bson.D{{Key: "$lte", Value: now}}}}))
}

// AddToken adds a token.
func (s *Store) AddToken(ctx context.Context, t *content.Token) error {
	return s.write(ctx, tokens, engine.Insert(t))
}

// Token reads the token with an id, even if it is expired or revoked. It returns false if there is none.
func (s *Store) Token(ctx context.Context, id string) (*content.Token, bool, error) {
	return findOne[content.Token](ctx, s.engine.Table(tokens), engine.ByID(id))
}

// TokenByHash reads the token whose secret has a hash, even if it is expired or revoked. It returns false if there is
// none.
func (s *Store) TokenByHash(ctx context.Context, hash string) (*content.Token, bool, error) {
	return findOne[content.Token](ctx, s.engine.Table(tokens), bson.D{{Key: "hash", Value: hash}})
}

// Tokens lists the tokens in the order of their names, at most maxPeople.
func (s *Store) Tokens(ctx context.Context) ([]*content.Token, error) {
	return findAll[content.Token](ctx, s.engine.Table(tokens), bson.D{}, "name")
}

// RevokeToken revokes a token and returns it as it is afterwards. It returns false if there is none. A token that was
// revoked before keeps the time of the first revocation.
func (s *Store) RevokeToken(ctx context.Context, id string, now time.Time) (*content.Token, bool, error) {
	good := bson.D{{Key: "_id", Value: id}, {Key: "revokedAt", Value: nil}}
	if err := s.write(ctx, tokens, engine.Update(good, engine.Set("revokedAt", now))); err != nil {
		return nil, false, err
	}
	return findOne[content.Token](ctx, s.engine.Table(tokens), engine.ByID(id))
}

// TouchToken stores the time at which a token was used.
func (s *Store) TouchToken(ctx context.Context, id string, at time.Time) error {
	return s.write(ctx, tokens, engine.Update(engine.ByID(id), engine.Set("lastUsedAt", at)))
}

// signingKey is the document with the store's secret key, in the table of settings.
type signingKey struct {
	ID      string `json:"_id"`
	Signing []byte `json:"signing"`
}

// SigningKey returns the store's secret key, which is the same for every server. If there is none yet, the key fresh
// is stored and returned.
func (s *Store) SigningKey(ctx context.Context, fresh []byte) ([]byte, error) {
	table, id := s.engine.Table(settings), "keys"
	key, ok, err := findOne[signingKey](ctx, table, engine.ByID(id))
	if !ok && err == nil {
		_, err = table.Write(ctx, engine.Insert(signingKey{id, fresh}))
		// several servers may insert at the same time: the first one wins
		if err == nil || errors.Is(err, engine.ErrDuplicate) {
			key, ok, err = findOne[signingKey](ctx, table, engine.ByID(id))
		}
	}
	if err == nil && !ok {
		err = errors.New("the signing key was removed while it was read")
	}
	if err != nil {
		return nil, err
	}
	return key.Signing, nil
}
