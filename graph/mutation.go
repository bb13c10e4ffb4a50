package graph

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/newsroom"
)

// maxBulk is how many items one mutation changes.
const maxBulk = 200

// moves are the mutations that take one step with one entry.
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
		return r.newsroom.UpdateSite(c.ctx, scalar.Chain(c.ctx), deref(argument[int](c, "version")), input)
	}), "previewToken": mutation(func(c *call) (any, error) {
		lasting := time.Duration(deref(argument[int](c, "expiresIn"))) * time.Second
		return r.newsroom.Preview(c.ctx, scalar.Chain(c.ctx), deref(argument[content.ID](c, "id")), lasting)
	})})
	r.relate("Mutation", map[string]relation{
		"bulkCreate": r.bulk(func(_ *call, item map[string]any) newsroom.Change {
			return withFields(newsroom.Change{Action: content.ActionCreate}, item)
		}),
		"bulkUpdate": r.bulk(func(_ *call, item map[string]any) newsroom.Change {
			fields, _ := item["input"].(map[string]any)
			return withFields(atVersion(content.ActionUpdate, item), fields)
		}),
		"bulkMove": r.bulk(func(c *call, item map[string]any) newsroom.Change {
			return atVersion(deref(argument[content.Action](c, "action")), item)
		}),
	})
}

// change answers a mutation that makes one change of an entry.
func (r *Resolver) change(change newsroom.Change) relation {
	return mutation(func(c *call) (any, error) {
		change := c.change(change)
		change.ID = deref(argument[content.ID](c, "id"))
		change.Version = deref(argument[int](c, "version"))
		change.Revision = deref(argument[int](c, "revision"))
		if input := argument[map[string]any](c, "input"); input != nil {
			change.Input = newsroom.NewInput(*input)
		}
		return r.newsroom.Do(c.ctx, scalar.Chain(c.ctx), change)
	})
}

// change takes in what mutations of one entry and of many have alike.
func (c *call) change(change newsroom.Change) newsroom.Change {
	change.Locale = scalar.Chain(c.ctx)[0]
	change.Merge = deref(argument[OnConflict](c, "onConflict")) == OnConflictMerge
	change.Note = deref(argument[string](c, "note"))
	change.At = argument[time.Time](c, "at")
	change.Key = deref(argument[string](c, "idempotencyKey"))
	return change
}

// mutation answers a root field that changes something: what was read before it does
// not count any more.
func mutation(do func(c *call) (any, error)) relation {
	return relation{load: func(c *call) ([]any, error) {
		answer, err := do(c)
		c.rq.mu.Lock()
		c.rq.entries = map[entryKey]loaded{}
		c.rq.mu.Unlock()
		return []any{answer}, err
	}}
}

// bulk answers a mutation that makes a change for each item of a list; each succeeds or
// fails by itself.
func (r *Resolver) bulk(from func(c *call, item map[string]any) newsroom.Change) relation {
	return mutation(func(c *call) (any, error) {
		items := deref(argument[[]map[string]any](c, "items"))
		if len(items) > maxBulk {
			return nil, content.Errorf(content.CodeBadUserInput, "items has %d members; at most %d are allowed.", len(items), maxBulk)
		}
		outcomes := make([]*newsroom.Outcome, len(items))
		for i, item := range items {
			change := c.change(from(c, newsroom.NewInput(item)))
			if change.Key != "" {
				change.Key += "#" + strconv.Itoa(i)
			}
			outcome, err := r.newsroom.Do(c.ctx, scalar.Chain(c.ctx), change)
			if err != nil {
				if outcome, err = failed(err); err != nil {
					return nil, err
				}
			}
			inside(outcome, "items", i)
			outcomes[i] = outcome
		}
		return outcomes, nil
	})
}

// inside tells of an outcome's problems and notices in which item of a list they are.
func inside(outcome *newsroom.Outcome, list string, i int) {
	for _, told := range [][]content.Problem{outcome.Problems, outcome.Notices} {
		for k := range told {
			told[k].Path = append([]string{list, strconv.Itoa(i)}, told[k].Path...)
		}
	}
}

// failed turns an error of one item into its problem, where the others may go on. What
// holds for all of them stays an error.
func failed(err error) (*newsroom.Outcome, error) {
	var known *content.Error
	if !errors.As(err, &known) {
		return nil, err
	}
	code := content.ProblemCode(known.Code)
	switch code {
	case content.ProblemForbidden, content.ProblemUnavailable, content.ProblemConflict:
		return &newsroom.Outcome{Problems: []content.Problem{{Code: code, Message: known.Message, Path: []string{}}}}, nil
	}
	return nil, err
}

// atVersion is a change of an item that names an entry in a version.
func atVersion(action content.Action, item map[string]any) newsroom.Change {
	id, _ := item["id"].(string)
	version, _ := item["version"].(int)
	return newsroom.Change{Action: action, ID: content.ID(id), Version: version}
}

// withFields gives a change the input of the one kind that is set.
func withFields(change newsroom.Change, fields map[string]any) newsroom.Change {
	for _, kind := range content.Kinds() {
		if input, ok := fields[kindField(kind)].(map[string]any); ok {
			change.Kind, change.Input = kind, input
		}
	}
	return change
}

// kindField is the name of the field that has one entry of a kind: "awardSeries".
func kindField(kind content.Kind) string {
	return strings.ToLower(string(kind[:1])) + string(kind[1:])
}

// changed answers with the working copy that a change left behind.
var changed = relation{answer: func(_ *call, obj any) (any, error) {
	if outcome := obj.(*newsroom.Outcome); outcome.Content != nil {
		return outcome.Content, nil
	}
	return nil, nil
}}
