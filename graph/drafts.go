package graph

import (
	"context"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/people"
)

// errDrafts refuses working copies to those who may not see them.
var errDrafts = content.Errorf(content.CodeForbidden, "Only those who were granted it may read drafts. Leave stage out to read what is published.")

// mayReadDrafts tells whether the actor may read working copies of anything.
func (rq *request) mayReadDrafts() bool {
	return rq.actor != nil && (rq.actor.Preview != "" || len(rq.draftKinds()) > 0)
}

// draftKinds are the kinds of which the actor may read all working copies.
func (rq *request) draftKinds() (kinds []content.Kind) {
	for _, kind := range content.Kinds() {
		if people.May(rq.actor, content.ActionRead, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// stageOf is the copy of an entry that is read where a place asks for one: a guest with
// a preview sees the draft of that one entry, and what is published of all others.
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

// listStage is the copy that lists of a kind show where a place asks for one.
func (rq *request) listStage(ctx context.Context, kind content.Kind) content.Stage {
	if scalar.Stage(ctx) == content.StageDraft && people.May(rq.actor, content.ActionRead, kind) {
		return content.StageDraft
	}
	return content.StagePublished
}
