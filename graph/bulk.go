package graph

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sen/graph/cost"
	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage/batch"
)

// maxBulk is how many items one mutation changes.
const maxBulk = 200

// Items is how many items the bulk mutations of an operation have together; those beyond what one may have do
// not count.
func Items(op *graphql.OperationContext) int {
	if op.Operation.Operation != ast.Mutation {
		return 0
	}
	n := 0
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Mutation"}) {
		if f.Definition.Type.Elem != nil {
			n += cost.Elements(f.Field, op.Variables)
		}
	}
	return min(n, maxBulk)
}

func registerBulk(r *Resolver) {
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

// bulk answers a mutation that makes a change for each item of a list.
func (r *Resolver) bulk(from func(c *call, item map[string]any) newsroom.Change) relation {
	return mutation(func(c *call) (any, error) {
		items := deref(argument[[]map[string]any](c, "items"))
		if len(items) > maxBulk {
			return nil, content.Errorf(content.CodeBadUserInput, "items has %d members; at most %d are allowed.", len(items), maxBulk)
		}
		changes := make([]newsroom.Change, len(items))
		for i, item := range items {
			changes[i] = c.change(from(c, newsroom.NewInput(item)))
			changes[i].Item = i + 1
		}
		return each(c, "items", waves(changes), func(ctx context.Context, i int) (*newsroom.Outcome, error) {
			return r.newsroom.Do(ctx, scalar.Chain(ctx), changes[i])
		})
	})
}

// atOnce is how many items are changed at once: enough to ask the store seldom, and few enough that the time that is left is
// looked at now and then.
const atOnce = 50

// waves are the places of changes that may be made at once, in their order: no two of a wave are of one entry.
func waves(changes []newsroom.Change) (waves [][]int) {
	touched := map[content.ID]bool{}
	var wave []int
	for i, change := range changes {
		ids := append(slices.Clone(change.With), change.ID)
		if len(wave) == atOnce || slices.ContainsFunc(ids, func(id content.ID) bool { return id != "" && touched[id] }) {
			waves, wave = append(waves, wave), nil
			clear(touched)
		}
		for _, id := range ids {
			touched[id] = true
		}
		wave = append(wave, i)
	}
	if wave == nil {
		return waves
	}
	return append(waves, wave)
}

// each makes the changes of a list, one wave after the other; each succeeds or fails by itself. No wave is begun in the
// last tenth of the time that the operation has left: so the last one is seldom cut off in its middle, and what
// they left behind can still be read for the answer.
func each(c *call, list string, waves [][]int, do func(ctx context.Context, i int) (*newsroom.Outcome, error)) ([]*newsroom.Outcome, error) {
	var outcomes []*newsroom.Outcome
	end, ends := c.ctx.Deadline()
	end = end.Add(-time.Until(end) / 10)
	for _, wave := range waves {
		made, errs := make([]*newsroom.Outcome, len(wave)), make([]error, len(wave))
		if !ends || time.Now().Before(end) {
			batch.Together(c.ctx, len(wave), func(ctx context.Context, k int) { made[k], errs[k] = do(ctx, wave[k]) })
		} else {
			for k := range errs {
				errs[k] = newsroom.ErrNotReached
			}
		}
		for k, i := range wave {
			outcome, err := made[k], errs[k]
			if err != nil {
				if outcome, err = newsroom.Refused(scalar.Chain(c.ctx), err); err != nil {
					return nil, err
				}
			}
			inside(outcome, list, i)
			outcomes = append(outcomes, outcome)
		}
	}
	return outcomes, nil
}

// inside tells of an outcome's problems and notices in which item of a list they are.
func inside(outcome *newsroom.Outcome, list string, i int) {
	for _, told := range [][]content.Problem{outcome.Problems, outcome.Notices} {
		for k := range told {
			told[k].Path = append([]string{list, strconv.Itoa(i)}, told[k].Path...)
		}
	}
}

// atVersion is a change of an item that names an entry in a version.
func atVersion(action content.Action, item map[string]any) newsroom.Change {
	id, _ := item["id"].(string)
	version, _ := item["version"].(int)
	change := newsroom.Change{Action: action, ID: content.ID(id), Version: version}
	with, _ := item["with"].([]any)
	for _, other := range with {
		if id, ok := other.(string); ok {
			change.With = append(change.With, content.ID(id))
		}
	}
	return change
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
