package storage

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
)

// The collections of people.
const (
	accounts = "accounts"
	sessions = "sessions"
	tokens   = "tokens"
)

// maxPeople is how many accounts, and how many tokens, are listed.
const maxPeople = 1000

// ErrLoginTaken tells that another account has the login.
var ErrLoginTaken = errors.New("the login is taken")

// preparePeople makes the indexes of people. The one of logins is unique: a login never
// changes, so that only an insert can meet it, which both engines answer alike.
func (s *Store) preparePeople(ctx context.Context) error {
	for name, models := range map[string][]mongo.IndexModel{
		accounts: {{Keys: bson.D{{Key: "login", Value: 1}}, Options: options.Index().SetUnique(true)}},
		sessions: {{Keys: bson.D{{Key: "account", Value: 1}}}, {Keys: bson.D{{Key: "expiresAt", Value: 1}}}},
		tokens:   {{Keys: bson.D{{Key: "hash", Value: 1}}}},
	} {
		if err := makeIndexes(ctx, s.db.Collection(name), models); err != nil {
			return err
		}
	}
	return nil
}

// AddAccount adds an account. It answers [ErrLoginTaken] when another one has the login.
func (s *Store) AddAccount(ctx context.Context, a *content.Account) error {
	_, err := s.db.Collection(accounts).InsertOne(ctx, a)
	if mongo.IsDuplicateKeyError(err) {
		return ErrLoginTaken
	}
	return fail(err)
}

// Account reads the account with an id; nil when there is none.
func (s *Store) Account(ctx context.Context, id string) (*content.Account, error) {
	return findOne[content.Account](ctx, s.db.Collection(accounts), bson.D{{Key: "_id", Value: id}})
}

// AccountByLogin reads the account with a login; nil when there is none.
func (s *Store) AccountByLogin(ctx context.Context, login string) (*content.Account, error) {
	return findOne[content.Account](ctx, s.db.Collection(accounts), bson.D{{Key: "login", Value: login}})
}

// Accounts lists the accounts by their logins, maxPeople at most.
func (s *Store) Accounts(ctx context.Context) ([]*content.Account, error) {
	return findAll[content.Account](ctx, s.db.Collection(accounts), bson.D{}, "login")
}

// EnabledAdmins counts the administrators who can sign in.
func (s *Store) EnabledAdmins(ctx context.Context) (int, error) {
	n, err := s.db.Collection(accounts).CountDocuments(ctx, bson.D{{Key: "role", Value: content.RoleAdmin}, {Key: "disabledAt", Value: nil}})
	return int(n), fail(err)
}

// AccountChange is what changes in an account; nil leaves it as it is.
type AccountChange struct {
	Name *string
	Role *content.Role
	// Password is the hash of the new one.
	Password           *string
	MustChangePassword *bool
	// DisabledAt is since when the account can't sign in; a zero time lets it again.
	DisabledAt *time.Time
	// Previews is the mark of the previews that it gave out and that are good.
	Previews *string
}

// ChangeAccount changes an account in one step and gives it as it is then; nil when there is none.
func (s *Store) ChangeAccount(ctx context.Context, id string, c AccountChange) (*content.Account, error) {
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
	var after content.Account
	err := s.guarded(func() error {
		return s.db.Collection(accounts).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: id}},
			bson.D{{Key: "$set", Value: set}}, options.FindOneAndUpdate().SetReturnDocument(options.After)).Decode(&after)
	})
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	return &after, fail(err)
}

// AddSession adds a session.
func (s *Store) AddSession(ctx context.Context, session *content.Session) error {
	_, err := s.db.Collection(sessions).InsertOne(ctx, session)
	return fail(err)
}

// Session reads the session with an id, expired or not; nil when there is none.
func (s *Store) Session(ctx context.Context, id string) (*content.Session, error) {
	return findOne[content.Session](ctx, s.db.Collection(sessions), bson.D{{Key: "_id", Value: id}})
}

// EndSession ends a session; one that is not there has ended.
func (s *Store) EndSession(ctx context.Context, id string) error {
	_, err := s.db.Collection(sessions).DeleteOne(ctx, bson.D{{Key: "_id", Value: id}})
	return fail(err)
}

// EndSessions ends all sessions of an account, but one; empty spares none.
func (s *Store) EndSessions(ctx context.Context, account, but string) error {
	_, err := s.db.Collection(sessions).DeleteMany(ctx, bson.D{{Key: "account", Value: account}, {Key: "_id", Value: bson.D{{Key: "$ne", Value: but}}}})
	return fail(err)
}

// SweepSessions removes the sessions that have expired, and tells how many there were.
func (s *Store) SweepSessions(ctx context.Context, now time.Time) (int, error) {
	result, err := s.db.Collection(sessions).DeleteMany(ctx, bson.D{{Key: "expiresAt", Value: bson.D{{Key: "$lte", Value: now}}}})
	if err != nil {
		return 0, fail(err)
	}
	return int(result.DeletedCount), nil
}

// AddToken adds a token.
func (s *Store) AddToken(ctx context.Context, t *content.Token) error {
	_, err := s.db.Collection(tokens).InsertOne(ctx, t)
	return fail(err)
}

// Token reads the token with an id, good or not; nil when there is none.
func (s *Store) Token(ctx context.Context, id string) (*content.Token, error) {
	return findOne[content.Token](ctx, s.db.Collection(tokens), bson.D{{Key: "_id", Value: id}})
}

// TokenByHash reads the token whose secret has a hash, good or not; nil when there is none.
func (s *Store) TokenByHash(ctx context.Context, hash string) (*content.Token, error) {
	return findOne[content.Token](ctx, s.db.Collection(tokens), bson.D{{Key: "hash", Value: hash}})
}

// Tokens lists the tokens by their names, maxPeople at most.
func (s *Store) Tokens(ctx context.Context) ([]*content.Token, error) {
	return findAll[content.Token](ctx, s.db.Collection(tokens), bson.D{}, "name")
}

// RevokeToken ends a token and gives it as it is then; nil when there is none. One that
// was revoked before keeps its moment.
func (s *Store) RevokeToken(ctx context.Context, id string, now time.Time) (*content.Token, error) {
	_, err := s.updateOne(ctx, tokens, bson.D{{Key: "_id", Value: id}, {Key: "revokedAt", Value: nil}}, bson.D{{Key: "$set", Value: bson.D{{Key: "revokedAt", Value: now}}}})
	if err != nil {
		return nil, err
	}
	return findOne[content.Token](ctx, s.db.Collection(tokens), bson.D{{Key: "_id", Value: id}})
}

// TouchToken notes when a token was used.
func (s *Store) TouchToken(ctx context.Context, id string, at time.Time) error {
	_, err := s.updateOne(ctx, tokens, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "$set", Value: bson.D{{Key: "lastUsedAt", Value: at}}}})
	return err
}

// SigningKey gives the store's secret key, the same to every server: the fresh one
// becomes it when there is none yet.
func (s *Store) SigningKey(ctx context.Context, fresh []byte) ([]byte, error) {
	var keys struct {
		ID      string `json:"_id"`
		Signing []byte `json:"signing"`
	}
	coll, filter := s.db.Collection(settings), bson.D{{Key: "_id", Value: "keys"}}
	err := coll.FindOne(ctx, filter).Decode(&keys)
	if !errors.Is(err, mongo.ErrNoDocuments) {
		return keys.Signing, fail(err)
	}
	keys.ID, keys.Signing = "keys", fresh
	if _, err := coll.InsertOne(ctx, keys); err != nil && !mongo.IsDuplicateKeyError(err) {
		return nil, fail(err)
	}
	err = coll.FindOne(ctx, filter).Decode(&keys) // of several servers one was first
	return keys.Signing, fail(err)
}

// findOne reads one document; nil when there is none.
func findOne[T any](ctx context.Context, coll *mongo.Collection, filter bson.D, o ...options.Lister[options.FindOneOptions]) (*T, error) {
	doc := new(T)
	err := coll.FindOne(ctx, filter, o...).Decode(doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, fail(err)
	}
	return doc, nil
}

// there tells whether a collection has a document that a filter holds for.
func there(ctx context.Context, coll *mongo.Collection, filter bson.D) (bool, error) {
	err := coll.FindOne(ctx, filter, options.FindOne().SetProjection(bson.D{{Key: "_id", Value: 1}})).Err()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return false, nil
	}
	return err == nil, fail(err)
}

// findAll reads documents in an order, maxPeople at most.
func findAll[T any](ctx context.Context, coll *mongo.Collection, filter bson.D, order string) ([]*T, error) {
	cursor, err := coll.Find(ctx, filter, options.Find().SetSort(bson.D{{Key: order, Value: 1}, {Key: "_id", Value: 1}}).SetLimit(maxPeople))
	if err != nil {
		return nil, fail(err)
	}
	docs := []*T{}
	err = cursor.All(ctx, &docs)
	return docs, fail(err)
}
