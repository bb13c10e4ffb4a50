package newsroom

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/storage"
)

// People knows who may come in: it signs people in and out, keeps their accounts and the
// tokens of programs, and tells who has a secret.
type People struct {
	store     *storage.Store
	passwords *auth.Passwords
	throttle  *auth.Throttle
	issuer    *auth.OIDC
	session   time.Duration
	now       func() time.Time
	log       *slog.Logger

	mu     sync.Mutex
	signer *auth.Signer // nil until the store gave its key
}

// PeopleOptions are what an operator chooses of [People].
type PeopleOptions struct {
	// Session is how long a session lives; zero is 30 days.
	Session time.Duration
	// Issuer verifies tokens of an OpenID Connect issuer; nil takes none.
	Issuer *auth.OIDC
	// Now tells the time; nil is the store's.
	Now func() time.Time
	// Log takes what is not worth failing for; nil drops it.
	Log *slog.Logger
}

// defaultSession is how long a session lives when the options don't say.
const defaultSession = 30 * 24 * time.Hour

// Operator is who has the machine: the commands act in this name.
var Operator = &content.Actor{ID: "operator", Name: "Operator", Role: content.RoleAdmin}

// NewPeople makes the people of a store.
func NewPeople(store *storage.Store, o PeopleOptions) *People {
	if o.Session == 0 {
		o.Session = defaultSession
	}
	now := store.Now
	if o.Now != nil {
		now = o.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &People{store: store, passwords: auth.NewPasswords(), issuer: o.Issuer, session: o.Session, log: o.Log}
	p.now = func() time.Time { return now().UTC().Truncate(time.Millisecond) } // as the store keeps it
	p.throttle = auth.NewThrottle(p.now)
	return p
}

// Now is the time by which sessions and tokens end: the store's, to the millisecond.
func (p *People) Now() time.Time { return p.now() }

// RefusedError tells what is wrong with what was asked, all of it; nothing was written.
type RefusedError struct{ Problems []content.Problem }

// Error implements error.
func (e *RefusedError) Error() string {
	messages := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		messages[i] = p.Message
	}
	return strings.Join(messages, " ")
}

// refused is the error of a report with problems; nil without any.
func (r *report) refused() error {
	if len(r.problems) == 0 {
		return nil
	}
	return &RefusedError{r.problems}
}

// refusal is the error of a single problem.
func refusal(chain []content.Locale, code content.ProblemCode, path []string, m message, args ...any) error {
	r := newReport(chain)
	r.refuse(code, path, m, args...)
	return r.refused()
}

// normalized is a login as it is kept.
func normalized(login string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(login)))
}

// errUnknown is answered for a secret that opens nothing, or nothing any more.
func errUnknown() error {
	return content.Errorf(content.CodeUnauthenticated, "The session or token is not valid, or it has ended. Sign in again, or send another token.")
}

// maxSecret is the longest secret in bytes; tokens of issuers are the longest.
const maxSecret = 16 << 10

// ActorFor tells who has a secret: that of a session or a token, a preview token, or a
// token of the issuer. It answers UNAUTHENTICATED for any other.
func (p *People) ActorFor(ctx context.Context, secret string) (*content.Actor, error) {
	switch {
	case len(secret) > maxSecret:
		return nil, errUnknown()
	case strings.HasPrefix(secret, string(auth.SecretSession)):
		return p.ofSession(ctx, auth.HashSecret(secret))
	case strings.HasPrefix(secret, string(auth.SecretToken)):
		return p.ofToken(ctx, auth.HashSecret(secret))
	case strings.HasPrefix(secret, string(auth.SecretPreview)):
		return p.ofPreview(ctx, secret)
	case p.issuer != nil && auth.IsJWT(secret):
		return p.issuer.Actor(ctx, secret)
	}
	return nil, errUnknown()
}

func (p *People) ofSession(ctx context.Context, id string) (*content.Actor, error) {
	session, ok, err := p.store.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ok || !p.now().Before(session.ExpiresAt) {
		return nil, errUnknown()
	}
	account, ok, err := p.store.Account(ctx, session.AccountID)
	if err != nil {
		return nil, err
	}
	if !ok || account.DisabledAt != nil {
		return nil, errUnknown()
	}
	return actorOf(account, session.ID), nil
}

// actorOf is an account as someone who acts.
func actorOf(a *content.Account, session string) *content.Actor {
	actor := &content.Actor{ID: a.ID, Name: a.Name, Role: a.Role, Session: session, MustChangePassword: a.MustChangePassword}
	if a.MustChangePassword {
		actor.Role = ""
	}
	return actor
}

// touchEvery is how exactly the last use of a token is kept.
const touchEvery = time.Minute

func (p *People) ofToken(ctx context.Context, hash string) (*content.Actor, error) {
	t, ok, err := p.store.TokenByHash(ctx, hash)
	if err != nil {
		return nil, err
	}
	now := p.now()
	if !ok || over(t, now) {
		return nil, errUnknown()
	}
	if t.LastUsedAt == nil || now.Sub(*t.LastUsedAt) >= touchEvery {
		if err := p.store.TouchToken(ctx, t.ID, now); err != nil {
			p.log.WarnContext(ctx, "the use of a token could not be noted", "token", t.ID, "err", err)
		}
	}
	return &content.Actor{ID: t.ID, Name: t.Name, Role: t.Role, Kinds: t.Kinds, Actions: t.Actions}, nil
}

// over tells whether a token was revoked or has expired.
func over(t *content.Token, now time.Time) bool {
	return t.RevokedAt != nil || t.ExpiresAt != nil && !now.Before(*t.ExpiresAt)
}

// Signer signs with the store's key, which all servers share.
func (p *People) Signer(ctx context.Context) (auth.Signer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.signer == nil {
		fresh := make([]byte, auth.SignerKeyLength)
		_, _ = rand.Read(fresh) // never fails: crypto/rand.Read documents it
		key, err := p.store.SigningKey(ctx, fresh)
		if err != nil {
			return auth.Signer{}, err
		}
		signer := auth.NewSigner(key)
		p.signer = &signer
	}
	return *p.signer, nil
}

// sweepEvery is how often expired sessions are removed.
const sweepEvery = time.Hour

// Sweep removes expired sessions, now and every hour, until the context ends.
func (p *People) Sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if n, err := p.store.SweepSessions(ctx, p.now()); err != nil {
			p.log.WarnContext(ctx, "expired sessions could not be removed", "err", err)
		} else if n > 0 {
			p.log.InfoContext(ctx, "expired sessions removed", "sessions", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
