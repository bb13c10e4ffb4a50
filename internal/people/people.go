// Package people has everyone who uses the API: their accounts, sessions, tokens and previews, and the rules that say
// what each role may do.
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

// People signs people in and out, keeps their accounts and the tokens of programs, gives out previews, and tells which
// actor a secret belongs to.
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
	signer *auth.Signer // nil until the store gave its key
}

// Options configure [People].
type Options struct {
	// Session is how long a session lives; zero is 30 days.
	Session time.Duration
	// Issuer verifies tokens of an OpenID Connect issuer; nil takes none.
	Issuer *auth.OIDC
	// PublicURL is where clients reach the program, without a slash at its end.
	PublicURL string
	// Now tells the time; nil is the store's.
	Now func() time.Time
	// Log takes what is not worth failing for; nil drops it.
	Log *slog.Logger
}

// defaultSession is how long a session lives when the options don't say.
const defaultSession = 30 * 24 * time.Hour

// Operator is who has the machine: the commands act in this name.
var Operator = &content.Actor{ID: "operator", Name: "Operator", Role: content.RoleAdmin}

// New makes the people of a store.
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
	p := &People{store: store, passwords: auth.NewPasswords(), issuer: o.Issuer, session: o.Session, log: o.Log, publicURL: o.PublicURL}
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
func refused(r *messages.Report) error {
	if len(r.Problems) == 0 {
		return nil
	}
	return &RefusedError{r.Problems}
}

// refusal is the error of a single problem.
func refusal(chain []content.Locale, code content.ProblemCode, path []string, m messages.Message, args ...any) error {
	r := messages.New(chain)
	r.Refuse(code, path, m, args...)
	return refused(r)
}

// normalized is a login as it is kept.
func normalized(login string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(login)))
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

// errUnknown is answered for a secret that opens nothing, or nothing any more.
func errUnknown() error {
	return content.Errorf(content.CodeUnauthenticated, "The session or token is not valid, or it has ended. Sign in again, or send another token.")
}
