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

// maxBulk is the largest number of items of one bulk mutation.
const maxBulk = 200

// Items returns the number of items of all bulk mutations of an operation together, at most maxBulk.
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
			return withInput(newsroom.Change{Action: content.ActionCreate}, item)
		}),
		"bulkUpdate": r.bulk(func(_ *call, item map[string]any) newsroom.Change {
			fields, _ := item["input"].(map[string]any)
			return withInput(atVersion(content.ActionUpdate, item), fields)
		}),
		"bulkMove": r.bulk(func(c *call, item map[string]any) newsroom.Change {
			return atVersion(deref(argument[content.Action](c, "action")), item)
		}),
	})
}

// bulk answers a mutation that makes one change for each item of a list.
func (r *Resolver) bulk(from func(c *call, item map[string]any) newsroom.Change) relation {
	return mutation(func(c *call) (any, error) {
		items := deref(argument[[]map[string]any](c, "items"))
		if len(items) > maxBulk {
			return nil, content.Errorf(content.CodeBadUserInput, "items has %d members; at most %d are allowed.", len(items),
				maxBulk)
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

// waveSize is the number of items that are changed in one step. It is large enough to need few round trips to the
// store, and small enough to check often how much time is left.
const waveSize = 50

// waves groups changes that may be made at the same time, and keeps their order. It returns the positions of the
// changes in each wave. No two changes of a wave are of the same entry.
func waves(changes []newsroom.Change) (waves [][]int) {
	touched := map[content.ID]bool{}
	var wave []int
	for i, change := range changes {
		ids := append(slices.Clone(change.With), change.ID)
		if len(wave) == waveSize || slices.ContainsFunc(ids, func(id content.ID) bool { return id != "" && touched[id] }) {
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

// each makes the changes of a list, one wave after the other. Each change succeeds or fails by itself. No wave begins
// in the last tenth of the operation's time: so a wave is seldom cut off in the middle, and there is time to read the
// changed entries for the answer.
func each(
	c *call, list string, waves [][]int, do func(ctx context.Context, i int) (*newsroom.Outcome, error),
) ([]*newsroom.Outcome, error) {
	var outcomes []*newsroom.Outcome
	end, ends := c.ctx.Deadline()
	end = end.Add(-time.Until(end) / 10)
	for _, wave := range waves {
		results, errs := make([]*newsroom.Outcome, len(wave)), make([]error, len(wave))
		if !ends || time.Now().Before(end) {
			batch.Together(c.ctx, len(wave), func(ctx context.Context, k int) { results[k], errs[k] = do(ctx, wave[k]) })
		} else {
			for k := range errs {
				errs[k] = newsroom.ErrNotReached
			}
		}
		for k, i := range wave {
			outcome, err := results[k], errs[k]
			if err != nil {
				if outcome, err = newsroom.Refused(scalar.Chain(c.ctx), err); err != nil {
					return nil, err
				}
			}
			prefixPaths(outcome, list, i)
			outcomes = append(outcomes, outcome)
		}
	}
	return outcomes, nil
}

// prefixPaths adds the item's position in the list to the paths of an outcome's problems and notices.
func prefixPaths(outcome *newsroom.Outcome, list string, i int) {
	for _, problems := range [][]content.Problem{outcome.Problems, outcome.Notices} {
		for k := range problems {
			problems[k].Path = append([]string{list, strconv.Itoa(i)}, problems[k].Path...)
		}
	}
}

// atVersion returns a change for an item that names an entry and its version.
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

// withInput sets the input of a change from the one kind that the item names.
func withInput(change newsroom.Change, fields map[string]any) newsroom.Change {
	for _, kind := range content.Kinds() {
		if input, ok := fields[kindField(kind)].(map[string]any); ok {
			change.Kind, change.Input = kind, input
		}
	}
	return change
}
