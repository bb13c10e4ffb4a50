// Package people manages everyone who uses the API: their accounts, sessions, tokens and previews, and the rules that
// say what each role may do.
package people

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
	"sen/internal/messages"
	"sen/internal/storage"
)

// People signs people in and out, manages accounts and tokens, creates previews, and finds the actor of a secret.
type People struct {
	store     *storage.Store
	passwords *auth.Passwords
	throttle  *auth.Throttle
	issuer    *auth.OIDC
	session   time.Duration
	now       func() time.Time
	log       *slog.Logger
	publicURL string

	mu     sync.Mutex
	signer *auth.Signer // nil until the key was read from the store
}

// Options configure [People].
type Options struct {
	// Session is the lifetime of a session; zero means 30 days.
	Session time.Duration
	// Issuer verifies the tokens of an OpenID Connect issuer; nil accepts no such tokens.
	Issuer *auth.OIDC
	// PublicURL is the address at which clients reach the program, without a trailing slash.
	PublicURL string
	// Now returns the current time; nil uses the store's clock.
	Now func() time.Time
	// Log receives failures that don't end a request; nil discards them.
	Log *slog.Logger
}

// defaultSession is the default lifetime of a session.
const defaultSession = 30 * 24 * time.Hour

// Operator is the actor of the commands: whoever controls the machine.
var Operator = &content.Actor{ID: "operator", Name: "Operator", Role: content.RoleAdmin}

// New returns the people of a store.
func New(store *storage.Store, o Options) *People {
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
	p := &People{
		store: store, passwords: auth.NewPasswords(), issuer: o.Issuer, session: o.Session, log: o.Log,
		publicURL: o.PublicURL,
	}
	p.now = func() time.Time { return now().UTC().Truncate(time.Millisecond) } // as the store keeps it
	p.throttle = auth.NewThrottle(p.now)
	return p
}

// Now returns the store's time in milliseconds. It decides when sessions and tokens end.
func (p *People) Now() time.Time { return p.now() }

// RefusedError lists everything that is wrong with a request. Nothing was written.
type RefusedError struct{ Problems []content.Problem }

// Error implements error.
func (e *RefusedError) Error() string {
	messages := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		messages[i] = p.Message
	}
	return strings.Join(messages, " ")
}

// refused returns the error of a report with problems; nil if the report has none.
func refused(r *messages.Report) error {
	if len(r.Problems) == 0 {
		return nil
	}
	return &RefusedError{r.Problems}
}

// refusal returns an error with a single problem.
func refusal(chain []content.Locale, code content.ProblemCode, path []string, m messages.Message, args ...any) error {
	r := messages.New(chain)
	r.Refuse(code, path, m, args...)
	return refused(r)
}

// normalized returns a login as it is stored: trimmed, in lower case and in Unicode NFC.
func normalized(login string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(login)))
}

// Signer returns a signer with the store's key, which all servers share.
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

// errUnknown is the error for a secret that is unknown or no longer valid.
func errUnknown() error {
	return content.Errorf(content.CodeUnauthenticated,
		"The session or token is not valid, or it has ended. Sign in again, or send another token.")
}
