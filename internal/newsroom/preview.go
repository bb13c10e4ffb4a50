package newsroom

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/storage"
)

// Preview is a link that shows one draft to someone without an account.
type Preview struct {
	// Token stands for the guest; empty when something is wrong.
	Token     string
	URL       content.URL
	ExpiresAt *time.Time
	Problems  []content.Problem
}

// minPreview is the shortest time for which a preview may be shown; the longest is [auth.MaxPreview].
const minPreview = time.Minute

// Preview gives out a link that shows the draft of an entry for a while.
func (n *Newsroom) Preview(ctx context.Context, chain []content.Locale, id content.ID, lasting time.Duration) (*Preview, error) {
	actor := auth.ActorOf(ctx)
	kind, _ := id.Kind()
	if err := Permit(actor, content.ActionPreview, kind); err != nil {
		return nil, err
	}
	report := newReport(chain)
	if lasting < minPreview || lasting > auth.MaxPreview {
		report.refuse(content.ProblemInvalid, []string{"expiresIn"}, msgRange, int(minPreview.Seconds()), int(auth.MaxPreview.Seconds()))
	}
	found, ok, err := n.store.Previewed(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case !ok:
		report.refuse(content.ProblemNotFound, []string{"id"}, msgNotFound, id)
	case !mayTo(actor, content.ActionPreview, kind, &content.Editing{State: found.State, CreatedBy: found.CreatedBy}):
		return nil, forbidden(content.ActionPreview)
	case !shows(found):
		report.refuse(content.ProblemIllegalMove, []string{"id"}, msgIllegalMove, content.ActionPreview, found.State)
	}
	if len(report.problems) > 0 {
		return &Preview{Problems: report.problems}, nil
	}
	until := n.now().Add(lasting).Truncate(time.Second)
	signer, err := n.signer(ctx)
	if err != nil {
		return nil, err
	}
	mark, _, err := previewMark(ctx, n.store, id, actor.ID, n.now())
	if err != nil {
		return nil, err
	}
	token := signer.Preview(auth.Preview{Entry: id, Maker: actor.ID, Mark: mark, Until: until})
	return &Preview{Token: token, URL: content.URL(n.publicURL + "/preview/" + token), ExpiresAt: &until}, nil
}

// RevokePreviews ends all previews of an entry at once, whoever gave them out. Who made an entry may always do so.
func (n *Newsroom) RevokePreviews(ctx context.Context, chain []content.Locale, id content.ID) (*Revoked, error) {
	actor := auth.ActorOf(ctx)
	kind, _ := id.Kind()
	if err := Permit(actor, content.ActionPreview, kind); err != nil {
		return nil, err
	}
	found, ok, err := n.store.Previewed(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		report := newReport(chain)
		report.refuse(content.ProblemNotFound, []string{"id"}, msgNotFound, id)
		return &Revoked{Problems: report.problems}, nil
	}
	mine := found.CreatedBy != nil && found.CreatedBy.ID == actor.ID
	if reachOf(actor, content.ActionPreview, kind) != full && !mine {
		return nil, forbidden(content.ActionPreview)
	}
	return &Revoked{ID: &id}, n.store.MarkPreviews(ctx, id, newMark())
}

// Revoked is what became of ending the previews of an entry.
type Revoked struct {
	// ID is the entry's; nil when something is wrong.
	ID       *content.ID
	Problems []content.Problem
}

// newMark is a mark that no preview has yet.
func newMark() string { return strings.ToLower(rand.Text()) }

// shows tells whether an entry has something to show to guests.
func shows(e *storage.Previewed) bool {
	return !slices.Contains([]content.State{content.StateArchived, content.StateTrashed}, e.State)
}

// previewMark is what the previews of an entry by a maker are marked with while they are good. None is good when the
// entry is out of work, or when its maker may not give one out any more: then it answers false.
func previewMark(ctx context.Context, store *storage.Store, id content.ID, maker string, now time.Time) (mark string, good bool, err error) {
	entry, ok, err := store.Previewed(ctx, id)
	if !ok || err != nil {
		return "", false, err
	}
	kind, _ := id.Kind()
	good = shows(entry)
	may := func(actor *content.Actor) bool { return May(actor, content.ActionPreview, kind) }
	switch prefix, _, _ := strings.Cut(maker, "_"); prefix {
	case "account":
		account, ok, err := store.Account(ctx, maker)
		if !ok || err != nil {
			return "", false, err
		}
		return entry.Previews + "." + account.Previews, good && account.DisabledAt == nil && may(&content.Actor{Role: account.Role}), nil
	case "token":
		t, ok, err := store.Token(ctx, maker)
		if !ok || err != nil {
			return "", false, err
		}
		return entry.Previews, good && !over(t, now) && may(&content.Actor{Role: t.Role, Kinds: t.Kinds, Actions: t.Actions}), nil
	}
	return entry.Previews, good, nil // the operator, or someone whom an issuer knows
}

// opened is what a preview token opens now; nil for nothing, or nothing any more.
func opened(ctx context.Context, store *storage.Store, signer auth.Signer, token string, now time.Time) (*auth.Preview, error) {
	preview, ok := signer.ParsePreview(token, now)
	if !ok {
		return nil, nil
	}
	mark, good, err := previewMark(ctx, store, preview.Entry, preview.Maker, now)
	if !good || mark != preview.Mark || err != nil {
		return nil, err
	}
	return &preview, nil
}

// ofPreview is the guest with a preview token.
func (p *People) ofPreview(ctx context.Context, token string) (*content.Actor, error) {
	signer, err := p.Signer(ctx)
	if err != nil {
		return nil, err
	}
	preview, err := opened(ctx, p.store, signer, token, p.now())
	if err == nil && preview == nil {
		err = errUnknown()
	}
	if err != nil {
		return nil, err
	}
	return &content.Actor{ID: "preview", Name: "Preview", Preview: preview.Entry, PreviewToken: token}, nil
}
