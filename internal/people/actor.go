package people

import (
	"context"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
)

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
