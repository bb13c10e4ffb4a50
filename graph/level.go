package graph

import (
	"context"
	"reflect"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"sen/graph/coded"
	"sen/graph/parallel"
	"sen/graph/scalar"
	"sen/internal/content"
)

// call is one field that is answered for objects at the same place of the query.
type call struct {
	*node
	rq *request
	// ctx is the field's context, with its language and stage; args are its arguments.
	ctx  context.Context
	args map[string]any
	objs []any
	// answers has what a relation answers for each object.
	answers []any
	err     error

	// counts has the number of objects that the field of each object leads to. found has all of these objects, in the
	// order of objs. groups has them by type.
	counts []int
	found  []any
	groups []*group
	// next is the index of the first object in found that is not written yet.
	next int
}

// entry returns an entry that the call's ids name. It returns nil if the entry does not exist or the actor can't see
// it.
func (c *call) entry(id content.ID) content.Content {
	key := entryKey{id, c.rq.stageOf(c.ctx, id)}
	c.rq.mu.Lock()
	defer c.rq.mu.Unlock()
	return c.rq.entries[key].entry
}

// selects reports whether a field is selected below the call's field, on the objects of a type.
func (c *call) selects(object, field string) bool {
	return slices.ContainsFunc(c.rq.selectionBelow(c.node, object).nodes,
		func(n *node) bool { return n.field.Name == field })
}

// stored returns the stored fields of a kind that the selection below the call needs.
func (c *call) stored(kind content.Kind) []string {
	return c.rq.selectionBelow(c.node, string(kind)).stored
}

// readRoots answers all root fields together, so that what they lead to on the same level is read together too.
func (rq *request) readRoots(ctx context.Context, root *selection) *group {
	ctx = graphql.WithFieldContext(withoutErrors(ctx), &graphql.FieldContext{Object: "Query"})
	graphql.GetFieldContext(ctx).Parent = nil
	g, level := rq.group(ctx, root, []any{nil}, nil)
	rq.calls = rq.readDown(level)
	return g
}

// readDown answers calls and everything that is selected below them, level by level. It returns all calls that it
// made.
func (rq *request) readDown(level []*call) (made []*call) {
	for len(level) > 0 {
		rq.read(level)
		made = append(made, level...)
		var below []*call
		for _, c := range level {
			if c.err != nil || !c.branches() {
				continue
			}
			c.counts = make([]int, len(c.objs))
			for i, obj := range c.objs {
				if c.find != nil {
					c.found, c.counts[i] = c.find(c, c.found, obj)
				} else {
					c.found, c.counts[i] = c.objects(c.found, c.answers[i])
				}
			}
			below = rq.descend(c, below)
		}
		level = below
	}
	return made
}

// wanted are the entries of a kind and a stage that a level needs, and the stored fields to read.
type wanted struct {
	kind   content.Kind
	stage  content.Stage
	ids    []content.ID
	fields []string
}

// read answers the calls of one level.
func (rq *request) read(calls []*call) {
	var want []*wanted
	var tasks, then []func()
	for _, c := range calls {
		if (c.ids != nil || c.load != nil) && c.object != "Mutation" && scalar.Stage(c.ctx) == content.StageDraft &&
			!rq.mayReadDrafts() {
			c.err = errDrafts
			continue
		}
		load := func() { c.err = parallel.Safely(c.loadOnce) }
		switch {
		case c.ids == nil && c.load != nil:
			tasks = append(tasks, load)
		case c.load != nil:
			then = append(then, load)
		}
		if c.ids != nil {
			want = rq.want(want, c)
		}
	}
	var failed error
	if want != nil {
		tasks = append(tasks, func() { failed = parallel.Safely(func() error { return rq.load(calls[0].ctx, want...) }) })
	}
	parallel.Run(tasks)
	parallel.Run(then)
	for _, c := range calls {
		c.finish(failed)
	}
}

// want adds the entries that a call needs.
func (rq *request) want(all []*wanted, c *call) []*wanted {
	var mine []*wanted // the elements of all whose fields include those of the call
	var ids []content.ID
	for _, obj := range c.objs {
		ids = c.ids(ids[:0], obj)
		for _, id := range ids {
			kind, ok := id.Kind()
			if !ok {
				continue
			}
			stage := rq.stageOf(c.ctx, id)
			w := wantedOf(&all, kind, stage)
			w.ids = append(w.ids, id)
			if !slices.Contains(mine, w) {
				mine = append(mine, w)
				w.fields = union(w.fields, c.entryFields(kind))
			}
		}
	}
	return all
}

// wantedOf returns the element of all for a kind and a stage; it adds one if there is none.
func wantedOf(all *[]*wanted, kind content.Kind, stage content.Stage) *wanted {
	for _, w := range *all {
		if w.kind == kind && w.stage == stage {
			return w
		}
	}
	w := &wanted{kind: kind, stage: stage}
	*all = append(*all, w)
	return w
}

// loadOnce calls the relation's load for all objects of the call. If an object occurs more than once, load gets it
// once.
func (c *call) loadOnce() (err error) {
	once := make([]any, 0, len(c.objs))
	place := make(map[any]int, len(c.objs))
	for _, obj := range c.objs {
		if _, known := place[obj]; !known {
			place[obj] = len(once)
			once = append(once, obj)
		}
	}
	all := c.objs
	c.objs = once
	answers, err := c.load(c)
	c.objs = all
	if err != nil || len(once) == len(all) {
		c.answers = answers
		return err
	}
	c.answers = make([]any, len(all))
	for i, obj := range all {
		c.answers[i] = answers[place[obj]]
	}
	return nil
}

// finish computes the answers of a call after its entries are read. failed is the error if they could not be read.
func (c *call) finish(failed error) {
	if failed != nil && c.ids != nil && c.err == nil &&
		slices.ContainsFunc(c.objs, func(obj any) bool { return len(c.ids(nil, obj)) > 0 }) {
		c.err = failed
	}
	if c.err != nil || c.answer == nil || c.find != nil {
		return
	}
	c.answers = make([]any, len(c.objs))
	for i, obj := range c.objs {
		if c.answers[i], c.err = c.answer(c, obj); c.err != nil {
			return
		}
	}
}

// entryFields returns the stored fields to read of the entries that a call names.
func (c *call) entryFields(kind content.Kind) []string {
	if c.fields != nil {
		return c.fields
	}
	return c.stored(kind)
}

// descend groups the objects that a call has found by type, and adds the calls for the selections on them.
func (rq *request) descend(c *call, level []*call) []*call {
	name := c.field.Definition.Type.Name()
	byType := map[string][]any{}
	if rq.satisfies[name] != nil && !slices.Contains(c.found, nil) {
		byType[name] = c.found
	} else {
		for _, obj := range c.found {
			if obj != nil {
				object := rq.objectOf(name, obj)
				byType[object] = append(byType[object], obj)
			}
		}
	}
	for object, objs := range byType {
		if len(objs) == 0 {
			continue
		}
		var g *group
		g, level = rq.group(c.ctx, rq.selectionBelow(c.node, object), objs, level)
		c.groups = append(c.groups, g)
	}
	return level
}

// objectOf returns the name of an object's type; typeName is the type of the field.
func (rq *request) objectOf(typeName string, obj any) string {
	if rq.satisfies[typeName] != nil {
		return typeName
	}
	// For interfaces and unions: an object of the schema has the name of its Go type.
	return reflect.TypeOf(obj).Elem().Name()
}

// group returns the group of an object that the call has found.
func (c *call) group(obj any) *group {
	if len(c.groups) == 1 {
		return c.groups[0]
	}
	name := c.rq.objectOf(c.field.Definition.Type.Name(), obj)
	return c.groups[slices.IndexFunc(c.groups, func(g *group) bool { return g.object == name })]
}

// group makes a group of objects of one type, and adds the calls for the selection on them.
func (rq *request) group(ctx context.Context, s *selection, objs []any, level []*call) (*group, []*call) {
	if rq.values += len(objs) * len(s.nodes); rq.values > maxValues {
		rq.refused = coded.Errorf(content.CodeTooComplex,
			"The answer would have more than %d values. Ask for smaller pages, or for fewer fields.", maxValues)
		return &group{selection: s, objs: objs}, level
	}
	g := &group{selection: s, at: scalar.PlaceOf(ctx), objs: objs, calls: make([]call, len(s.nodes))}
	for i, n := range s.nodes {
		c := &g.calls[i]
		*c = call{node: n, rq: rq, ctx: ctx, objs: objs}
		switch {
		case n.related:
			if len(n.field.Definition.Arguments) > 0 {
				fc, err := rq.ec.child(ctx, s.object, n.field)
				if err != nil {
					c.err = err // gqlgen's executor meets the same error and reports it
					continue
				}
				c.ctx, c.args = graphql.WithFieldContext(ctx, fc), fc.Args
			}
			if n.reads() || n.branches() {
				level = append(level, c)
			}
		case n.members != nil:
			c.counts = make([]int, len(objs))
			for k, obj := range objs {
				c.found, c.counts[k] = n.members(c.found, obj)
			}
			level = rq.descend(c, level)
		}
	}
	return g, level
}
