package graph

import (
	"strings"
	"time"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/newsroom"
)

// moves has the mutations that do one action with one entry.
var moves = map[string]content.Action{
	"submit": content.ActionSubmit, "approve": content.ActionApprove, "reject": content.ActionReject,
	"publish": content.ActionPublish, "unpublish": content.ActionUnpublish, "correct": content.ActionCorrect,
	"archive": content.ActionArchive, "trash": content.ActionTrash, "restore": content.ActionRestore,
	"restoreRevision": content.ActionRestoreRevision, "deleteForever": content.ActionDeleteForever,
}

func registerMutation(r *Resolver) {
	for name, action := range moves {
		r.relate("Mutation", map[string]relation{name: r.change(newsroom.Change{Action: action})})
	}
	for _, kind := range content.Kinds() {
		r.relate("Mutation", map[string]relation{
			"create" + string(kind): r.change(newsroom.Change{Action: content.ActionCreate, Kind: kind}),
			"update" + string(kind): r.change(newsroom.Change{Action: content.ActionUpdate, Kind: kind}),
		})
		r.relate(string(kind)+"Payload", map[string]relation{kindField(kind): changed})
	}
	r.relate("ContentPayload", map[string]relation{"content": changed})
	r.relate("Conflict", map[string]relation{"fields": {load: func(c *call) ([]any, error) {
		answers := make([]any, len(c.objs))
		for i, obj := range c.objs {
			conflict := obj.(*newsroom.Conflict)
			fields, err := r.newsroom.ChangedSince(c.ctx, conflict.ID, conflict.Seen)
			if err != nil {
				return nil, err
			}
			answers[i] = fields
		}
		return answers, nil
	}}})
	r.relate("Mutation", map[string]relation{"updateSite": mutation(func(c *call) (any, error) {
		input := newsroom.NewInput(deref(argument[map[string]any](c, "input")))
		return r.newsroom.UpdateSite(c.ctx, scalar.Chain(c.ctx), deref(argument[int](c, "version")), input,
			deref(argument[bool](c, "confirmRemoval")))
	}), "previewToken": mutation(func(c *call) (any, error) {
		lasting := time.Duration(deref(argument[int](c, "expiresIn"))) * time.Second
		return r.people.Preview(c.ctx, scalar.Chain(c.ctx), deref(argument[content.ID](c, "id")), lasting)
	}), "revokePreviews": mutation(func(c *call) (any, error) {
		return r.people.RevokePreviews(c.ctx, scalar.Chain(c.ctx), deref(argument[content.ID](c, "id")))
	})})
	registerBulk(r)
}

// change answers a mutation that makes one change of an entry.
func (r *Resolver) change(change newsroom.Change) relation {
	return mutation(func(c *call) (any, error) {
		change := c.change(change)
		change.ID = deref(argument[content.ID](c, "id"))
		change.Version = deref(argument[int](c, "version"))
		change.Revision = deref(argument[int](c, "revision"))
		change.With = deref(argument[[]content.ID](c, "with"))
		if input := argument[map[string]any](c, "input"); input != nil {
			change.Input = newsroom.NewInput(*input)
		}
		return r.newsroom.Do(c.ctx, scalar.Chain(c.ctx), change)
	})
}

// change sets the arguments that mutations of one entry and of many entries have in common.
func (c *call) change(change newsroom.Change) newsroom.Change {
	change.Locale = scalar.Chain(c.ctx)[0]
	change.Merge = deref(argument[OnConflict](c, "onConflict")) == OnConflictMerge
	change.Note = deref(argument[string](c, "note"))
	change.At = argument[time.Time](c, "at")
	change.Key = deref(argument[string](c, "idempotencyKey"))
	return change
}

// mutation answers a root field that changes something. It drops the entries that were read before, because they may
// be out of date.
func mutation(do func(c *call) (any, error)) relation {
	return relation{load: func(c *call) ([]any, error) {
		answer, err := do(c)
		c.rq.mu.Lock()
		c.rq.entries = map[entryKey]loaded{}
		c.rq.mu.Unlock()
		return []any{answer}, err
	}}
}

// kindField returns the name of the field that has one entry of a kind, such as "awardSeries".
func kindField(kind content.Kind) string {
	return strings.ToLower(string(kind[:1])) + string(kind[1:])
}

// changed answers with the draft of the changed entry.
var changed = relation{answer: func(_ *call, obj any) (any, error) {
	if outcome := obj.(*newsroom.Outcome); outcome.Content != nil {
		return outcome.Content, nil
	}
	return nil, nil
}}
