package people

import (
	"context"
	"slices"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/messages"
)

// NewToken describes a token to create.
type NewToken struct {
	Name string
	Role content.Role
	// Kinds and Actions restrict what the role allows; nil does not restrict it.
	Kinds   []content.Kind
	Actions []content.Action
	// ExpiresAt is the time at which the token expires; nil means never.
	ExpiresAt *time.Time
}

// Tokens lists all tokens by name, also revoked and expired ones. It needs the right to manage accounts.
func (p *People) Tokens(ctx context.Context) ([]*content.Token, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionAccounts, ""); err != nil {
		return nil, err
	}
	return p.store.Tokens(ctx)
}

// CreateToken creates a token for a program and returns its secret. The secret is not stored, so it is shown only this
// once. It needs the right to manage accounts.
func (p *People) CreateToken(ctx context.Context, chain []content.Locale, n NewToken) (*content.Token, string, error) {
	actor := auth.ActorOf(ctx)
	if err := Permit(actor, content.ActionAccounts, ""); err != nil {
		return nil, "", err
	}
	r := messages.New(chain)
	secret, now := auth.NewSecret(auth.SecretToken), p.now()
	t := &content.Token{
		ID: content.Unique("token", now), Name: nameOf(r, n.Name), Hash: auth.HashSecret(secret), Role: roleOf(r, n.Role),
		CreatedAt: now, CreatedBy: actor.ID,
		Kinds:   restriction(r, "kinds", n.Kinds, content.Kinds()),
		Actions: restriction(r, "actions", n.Actions, content.Actions()),
	}
	if n.ExpiresAt != nil {
		t.ExpiresAt = new(n.ExpiresAt.UTC().Truncate(time.Millisecond))
		if !t.ExpiresAt.After(now) {
			r.Refuse(content.ProblemInvalid, []string{"input", "expiresAt"}, messages.NotAhead)
		}
	}
	if err := refused(r); err != nil {
		return nil, "", err
	}
	return t, secret, p.store.AddToken(ctx, t)
}

// RevokeToken revokes a token. It needs the right to manage accounts.
func (p *People) RevokeToken(ctx context.Context, chain []content.Locale, id string) (*content.Token, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionAccounts, ""); err != nil {
		return nil, err
	}
	t, ok, err := p.store.RevokeToken(ctx, id, p.now())
	if err == nil && !ok {
		err = refusal(chain, content.ProblemNotFound, []string{"id"}, messages.NoToken, id)
	}
	return t, err
}

// restriction reads a list that restricts a token, without duplicates. It refuses an empty list, because the store
// would keep it as no restriction.
func restriction[E comparable](r *messages.Report, field string, given, known []E) (list []E) {
	if given != nil && len(given) == 0 {
		r.Refuse(content.ProblemRequired, []string{"input", field}, messages.EmptyList)
	}
	for _, e := range given {
		if !slices.Contains(known, e) {
			r.Refuse(content.ProblemInvalid, []string{"input", field}, messages.Invalid)
		}
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	return list
}

// ended reports whether a token was revoked or has expired.
func ended(t *content.Token, now time.Time) bool {
	return t.RevokedAt != nil || t.ExpiresAt != nil && !now.Before(*t.ExpiresAt)
}
