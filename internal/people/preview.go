package people

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/storage"
)

// Preview is a link that shows one draft to a person without an account.
type Preview struct {
	// Token authenticates the guest; empty if there are problems.
	Token     string
	URL       content.URL
	ExpiresAt *time.Time
	Problems  []content.Problem
}

// minPreview is the shortest lifetime of a preview; [auth.MaxPreview] is the longest.
const minPreview = time.Minute

// Preview creates a link that shows the draft of an entry for a limited time.
func (p *People) Preview(
	ctx context.Context, chain []content.Locale, id content.ID, lasting time.Duration,
) (*Preview, error) {
	actor := auth.ActorOf(ctx)
	kind, _ := id.Kind()
	if err := Permit(actor, content.ActionPreview, kind); err != nil {
		return nil, err
	}
	report := messages.New(chain)
	if lasting < minPreview || lasting > auth.MaxPreview {
		report.Refuse(content.ProblemInvalid, []string{"expiresIn"}, messages.Range, int(minPreview.Seconds()),
			int(auth.MaxPreview.Seconds()))
	}
	found, ok, err := p.store.Previewed(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case !ok:
		report.Refuse(content.ProblemNotFound, []string{"id"}, messages.NotFound, id)
	case !MayTo(actor, content.ActionPreview, kind, &content.Editing{State: found.State, CreatedBy: found.CreatedBy}):
		return nil, Forbidden(content.ActionPreview)
	case !previewable(found):
		report.Refuse(content.ProblemIllegalMove, []string{"id"}, messages.IllegalMove, content.ActionPreview, found.State)
	}
	if len(report.Problems) > 0 {
		return &Preview{Problems: report.Problems}, nil
	}
	until := p.now().Add(lasting).Truncate(time.Second)
	signer, err := p.Signer(ctx)
	if err != nil {
		return nil, err
	}
	mark, _, err := previewMark(ctx, p.store, id, actor.ID, p.now())
	if err != nil {
		return nil, err
	}
	token := signer.Preview(auth.Preview{Entry: id, Maker: actor.ID, Mark: mark, Until: until})
	return &Preview{Token: token, URL: content.URL(p.publicURL + "/preview/" + token), ExpiresAt: &until}, nil
}

// RevokePreviews ends all previews of an entry at once, whoever created them. The creator of an entry may always do
// this.
func (p *People) RevokePreviews(ctx context.Context, chain []content.Locale, id content.ID) (*Revoked, error) {
	actor := auth.ActorOf(ctx)
	kind, _ := id.Kind()
	if err := Permit(actor, content.ActionPreview, kind); err != nil {
		return nil, err
	}
	found, ok, err := p.store.Previewed(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		report := messages.New(chain)
		report.Refuse(content.ProblemNotFound, []string{"id"}, messages.NotFound, id)
		return &Revoked{Problems: report.Problems}, nil
	}
	mine := found.CreatedBy != nil && found.CreatedBy.ID == actor.ID
	if reachOf(actor, content.ActionPreview, kind) != full && !mine {
		return nil, Forbidden(content.ActionPreview)
	}
	return &Revoked{ID: &id}, p.store.MarkPreviews(ctx, id, NewMark())
}

// Revoked is the result of ending the previews of an entry.
type Revoked struct {
	// ID is the id of the entry; nil if there are problems.
	ID       *content.ID
	Problems []content.Problem
}

// NewMark returns a new preview mark. Setting it on an entry or an account ends their previews.
func NewMark() string { return strings.ToLower(rand.Text()) }

// previewable reports whether guests may see the drafts of an entry in its state.
func previewable(e *storage.Previewed) bool {
	return !slices.Contains([]content.State{content.StateArchived, content.StateTrashed}, e.State)
}

// previewMark returns the preview mark of an entry and a maker. good is false if the entry is archived or in the trash,
// or if the maker may no longer create previews; then no preview is valid.
func previewMark(
	ctx context.Context, store *storage.Store, id content.ID, maker string, now time.Time,
) (mark string, good bool, err error) {
	entry, ok, err := store.Previewed(ctx, id)
	if !ok || err != nil {
		return "", false, err
	}
	kind, _ := id.Kind()
	good = previewable(entry)
	may := func(actor *content.Actor) bool { return May(actor, content.ActionPreview, kind) }
	switch prefix, _, _ := strings.Cut(maker, "_"); prefix {
	case "account":
		account, ok, err := store.Account(ctx, maker)
		if !ok || err != nil {
			return "", false, err
		}
		return entry.Previews + "." + account.Previews, good && account.DisabledAt == nil &&
			may(&content.Actor{Role: account.Role}), nil
	case "token":
		t, ok, err := store.Token(ctx, maker)
		if !ok || err != nil {
			return "", false, err
		}
		return entry.Previews, good && !ended(t, now) &&
			may(&content.Actor{Role: t.Role, Kinds: t.Kinds, Actions: t.Actions}), nil
	}
	return entry.Previews, good, nil // the operator, or a person with a token of the issuer
}

// OpenPreview returns what a preview token shows. It returns false if the token is not valid at the time.
func OpenPreview(
	ctx context.Context, store *storage.Store, signer auth.Signer, token string, now time.Time,
) (auth.Preview, bool, error) {
	preview, ok := signer.ParsePreview(token, now)
	if !ok {
		return auth.Preview{}, false, nil
	}
	mark, good, err := previewMark(ctx, store, preview.Entry, preview.Maker, now)
	return preview, good && mark == preview.Mark && err == nil, err
}

// ofPreview returns the guest with a preview token.
func (p *People) ofPreview(ctx context.Context, token string) (*content.Actor, error) {
	signer, err := p.Signer(ctx)
	if err != nil {
		return nil, err
	}
	preview, ok, err := OpenPreview(ctx, p.store, signer, token, p.now())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errUnknown()
	}
	return &content.Actor{ID: "preview", Name: "Preview", Preview: preview.Entry, PreviewToken: token}, nil
}
