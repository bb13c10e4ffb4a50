package graph

import (
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/newsroom"
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
			n += listSize(f.Field).of(op.Variables)
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
		return each(c, "items", len(items), func(i int) (*newsroom.Outcome, error) {
			change := c.change(from(c, newsroom.NewInput(items[i])))
			change.Item = i + 1
			return r.newsroom.Do(c.ctx, scalar.Chain(c.ctx), change)
		})
	})
}

// each makes the changes of a list one after the other; each succeeds or fails by itself. None is begun in the
// last tenth of the time that the operation has left: so the last one is seldom cut off in its middle, and what
// they left behind can still be read for the answer.
func each(c *call, list string, n int, do func(i int) (*newsroom.Outcome, error)) ([]*newsroom.Outcome, error) {
	outcomes := make([]*newsroom.Outcome, n)
	end, ends := c.ctx.Deadline()
	end = end.Add(-time.Until(end) / 10)
	for i := range outcomes {
		outcome, err := (*newsroom.Outcome)(nil), newsroom.ErrNotReached
		if !ends || time.Now().Before(end) {
			outcome, err = do(i)
		}
		if err != nil {
			if outcome, err = newsroom.Refused(scalar.Chain(c.ctx), err); err != nil {
				return nil, err
			}
		}
		inside(outcome, list, i)
		outcomes[i] = outcome
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
