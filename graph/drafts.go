package graph

import (
	"context"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/people"
)

// errDrafts is the error for an actor who may not read drafts.
var errDrafts = content.Errorf(content.CodeForbidden,
	"Only those who were granted it may read drafts. Leave stage out to read what is published.")

// mayReadDrafts reports whether the actor may read any draft.
func (rq *request) mayReadDrafts() bool {
	return rq.actor != nil && (rq.actor.Preview != "" || len(rq.draftKinds()) > 0)
}

// draftKinds returns the kinds of which the actor may read all drafts.
func (rq *request) draftKinds() (kinds []content.Kind) {
	for _, kind := range content.Kinds() {
		if people.May(rq.actor, content.ActionRead, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// stageOf returns which copy of an entry is read if the client asks for the stage of ctx. A guest with a preview sees
// the draft of that one entry, and the published copy of all others.
func (rq *request) stageOf(ctx context.Context, id content.ID) content.Stage {
	if rq.actor == nil {
		return content.StagePublished
	}
	if rq.actor.Preview == id && id != "" {
		return scalar.Stage(ctx)
	}
	kind, _ := id.Kind()
	return rq.listStage(ctx, kind)
}

// listStage returns which copies a list of a kind shows if the client asks for the stage of ctx.
func (rq *request) listStage(ctx context.Context, kind content.Kind) content.Stage {
	if scalar.Stage(ctx) == content.StageDraft && people.May(rq.actor, content.ActionRead, kind) {
		return content.StageDraft
	}
	return content.StagePublished
}
