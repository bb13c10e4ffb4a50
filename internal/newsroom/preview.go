package newsroom

import (
	"context"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
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
	kind, known := id.Kind()
	if err := Permit(actor, content.ActionPreview, kind); err != nil {
		return nil, err
	}
	report := newReport(chain)
	if lasting < minPreview || lasting > auth.MaxPreview {
		report.refuse(content.ProblemInvalid, []string{"expiresIn"}, msgRange, int(minPreview.Seconds()), int(auth.MaxPreview.Seconds()))
	}
	var found map[content.ID]content.Content
	if known {
		var err error
		if found, err = n.desks[kind].copies(ctx, []content.ID{id}, content.StageDraft); err != nil {
			return nil, err
		}
	}
	if found[id] == nil {
		report.refuse(content.ProblemNotFound, []string{"id"}, msgNotFound, id)
	} else if !mayTo(actor, content.ActionPreview, kind, found[id].Common().Editing) {
		return nil, forbidden(content.ActionPreview)
	}
	if len(report.problems) > 0 {
		return &Preview{Problems: report.problems}, nil
	}
	until := n.now().Add(lasting).Truncate(time.Second)
	signer, err := n.signer(ctx)
	if err != nil {
		return nil, err
	}
	token := signer.Preview(id, until)
	return &Preview{Token: token, URL: content.URL(n.publicURL + "/preview/" + token), ExpiresAt: &until}, nil
}
