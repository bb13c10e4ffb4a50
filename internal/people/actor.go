package people

import (
	"context"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
)

// maxSecret is the longest secret in bytes. Tokens of OpenID Connect issuers are the longest.
const maxSecret = 16 << 10

// ActorFor returns the actor that a secret authenticates. The secret is that of a session, of a token or of a preview,
// or a token of the issuer. For any other secret, ActorFor fails with UNAUTHENTICATED.
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

// actorOf returns the actor for an account. An account that must change its password has no role.
func actorOf(a *content.Account, session string) *content.Actor {
	actor := &content.Actor{
		ID: a.ID, Name: a.Name, Role: a.Role, Session: session,
		MustChangePassword: a.MustChangePassword,
	}
	if a.MustChangePassword {
		actor.Role = ""
	}
	return actor
}

// touchEvery is the precision of a token's stored last use. It limits the writes to one per interval.
const touchEvery = time.Minute

func (p *People) ofToken(ctx context.Context, hash string) (*content.Actor, error) {
	t, ok, err := p.store.TokenByHash(ctx, hash)
	if err != nil {
		return nil, err
	}
	now := p.now()
	if !ok || ended(t, now) {
		return nil, errUnknown()
	}
	if t.LastUsedAt == nil || now.Sub(*t.LastUsedAt) >= touchEvery {
		if err := p.store.TouchToken(ctx, t.ID, now); err != nil {
			p.log.WarnContext(ctx, "the last use of a token could not be stored", "token", t.ID, "err", err)
		}
	}
	return &content.Actor{ID: t.ID, Name: t.Name, Role: t.Role, Kinds: t.Kinds, Actions: t.Actions}, nil
}
