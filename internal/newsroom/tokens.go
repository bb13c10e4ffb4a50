package newsroom

import (
	"context"
	"slices"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
)

// NewToken is what a token is made of.
type NewToken struct {
	Name string
	Role content.Role
	// Kinds and Actions narrow what the role may do; nil does not narrow it.
	Kinds   []content.Kind
	Actions []content.Action
	// ExpiresAt is when it ends by itself; nil never.
	ExpiresAt *time.Time
}

// Tokens lists the tokens by their names, revoked and expired ones too. Administrators may.
func (p *People) Tokens(ctx context.Context) ([]*content.Token, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionAccounts, ""); err != nil {
		return nil, err
	}
	return p.store.Tokens(ctx)
}

// CreateToken makes a token for a program, and gives its secret, which is shown this once.
// Administrators may.
func (p *People) CreateToken(ctx context.Context, chain []content.Locale, n NewToken) (*content.Token, string, error) {
	actor := auth.ActorOf(ctx)
	if err := Permit(actor, content.ActionAccounts, ""); err != nil {
		return nil, "", err
	}
	r := newReport(chain)
	secret, now := auth.NewSecret(auth.SecretToken), p.now()
	t := &content.Token{
		ID: content.Unique("token", now), Name: r.name(n.Name), Hash: auth.HashSecret(secret), Role: r.role(n.Role), CreatedAt: now, CreatedBy: actor.ID,
		Kinds: only(r, "kinds", n.Kinds, content.Kinds()), Actions: only(r, "actions", n.Actions, content.Actions()),
	}
	if n.ExpiresAt != nil {
		t.ExpiresAt = new(n.ExpiresAt.UTC().Truncate(time.Millisecond))
		if !t.ExpiresAt.After(now) {
			r.refuse(content.ProblemInvalid, []string{"input", "expiresAt"}, msgNotAhead)
		}
	}
	if err := r.refused(); err != nil {
		return nil, "", err
	}
	return t, secret, p.store.AddToken(ctx, t)
}

// RevokeToken ends a token. Administrators may.
func (p *People) RevokeToken(ctx context.Context, chain []content.Locale, id string) (*content.Token, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionAccounts, ""); err != nil {
		return nil, err
	}
	t, ok, err := p.store.RevokeToken(ctx, id, p.now())
	if err == nil && !ok {
		err = refusal(chain, content.ProblemNotFound, []string{"id"}, msgNoToken, id)
	}
	return t, err
}

// only reads the list of a narrowing, each member once. An empty one is refused: it would
// be stored as no narrowing at all.
func only[E comparable](r *report, field string, given, known []E) (list []E) {
	if given != nil && len(given) == 0 {
		r.refuse(content.ProblemRequired, []string{"input", field}, msgEmptyList)
	}
	for _, e := range given {
		if !slices.Contains(known, e) {
			r.refuse(content.ProblemInvalid, []string{"input", field}, msgInvalid)
		}
		if !slices.Contains(list, e) {
			list = append(list, e)
		}
	}
	return list
}
