package graph

import (
	"context"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sen/graph/scalar"
	"sen/internal/auth"
	"sen/internal/content"
)

// request answers the fields of one operation. A query is read as its plan says, a level
// at a time, for all objects of a level together (see [planned]). Where gqlgen walks
// instead (mutations, and queries that something is wrong with), the first field it asks
// for looks down the whole selection below it in the same way. What was read is kept, so
// that the fields below find their answers there; a field that was not foreseen is read
// when it is asked for: foreseeing saves round trips, never truth.
type request struct {
	*Resolver
	op    *graphql.OperationContext
	ec    *executionContext
	actor *content.Actor
	// calls are those that were made for the plan, and failed tells that one of them did,
	// or could not be made.
	calls  []*call
	failed bool
	// since is when it began, as the store's journal counts.
	since uint64

	// walking is held while one of gqlgen's goroutines reads, so that what several ask of one entry adds up.
	walking sync.Mutex
	mu      sync.Mutex
	answers map[answerKey]answered
	entries map[entryKey]loaded
	spent   int
}

// answerKey names a field of an object: where it stands in the document, and in
// which language (a fragment can stand under two).
type answerKey struct {
	obj    any
	field  *ast.Field
	locale content.Locale
}

type answered struct {
	value any
	err   error
}

// entryKey names a copy of an entry.
type entryKey struct {
	id    content.ID
	stage content.Stage
}

// loaded is an entry that was read, nil when there is none, with the fields it was read with.
type loaded struct {
	entry  content.Content
	fields []string
}

// call is one field to be answered for objects that stand at the same place of the query.
type call struct {
	*node
	rq *request
	// ctx is the field's context: it has the language and the stage; args are its arguments.
	ctx  context.Context
	args map[string]any
	objs []any
	// answers are what a relation answers, one for each object.
	answers []any
	err     error

	// counts are how many objects each object's field leads to, found are these, one
	// object's behind the other's, and groups are they by type.
	counts []int
	found  []any
	groups []*group
	// next is how many of found are written.
	next int
}

// entry is an entry that the call's ids name, nil when there is none that the actor may see.
func (c *call) entry(id content.ID) content.Content {
	key := entryKey{id, c.rq.stageOf(c.ctx, id)}
	c.rq.mu.Lock()
	defer c.rq.mu.Unlock()
	return c.rq.entries[key].entry
}

// stored are the stored fields of a kind that what is selected below the call is answered from.
func (c *call) stored(kind content.Kind) []string { return c.rq.on(c.node, string(kind)).stored }

type requestKey struct{}

func requestOf(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// newRequest begins to answer the operation of a context.
func (r *Resolver) newRequest(ctx context.Context) context.Context {
	op := graphql.GetOperationContext(ctx)
	return context.WithValue(ctx, requestKey{}, &request{
		Resolver: r, op: op, ec: newExecutionContext(op, r.schema, nil),
		answers: map[answerKey]answered{}, entries: map[entryKey]loaded{}, actor: auth.ActorOf(ctx), since: r.store.Journal().Now(),
	})
}

// maxObjects bounds how many elements of lists one operation may ask for, all pages
// together: 100 by 100 twice over.
const maxObjects = 20_000

// spend takes elements from the operation's allowance.
func (rq *request) spend(n int) error {
	rq.mu.Lock()
	defer rq.mu.Unlock()
	if rq.spent += n; rq.spent > maxObjects {
		return content.Errorf(content.CodeTooComplex, "The lists of the query ask for more than %d elements in all. Ask for smaller pages.", maxObjects)
	}
	return nil
}

// resolved answers the field at which a context of gqlgen stands.
func (rq *request) resolved(ctx context.Context, obj any) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	key := answerKey{obj, fc.Field.Field, scalar.Locale(ctx)}
	rq.mu.Lock()
	known, ok := rq.answers[key]
	rq.mu.Unlock()
	if ok {
		return known.value, known.err
	}
	c := &call{node: rq.node(fc.Object, fc.Field), rq: rq, ctx: quiet(ctx), args: fc.Args, objs: []any{obj}}
	rq.walk(c)
	if c.err != nil {
		return nil, c.err
	}
	return c.answerFor(0)
}

// walk answers a call and all below it, and keeps what was found.
func (rq *request) walk(c *call) {
	rq.walking.Lock()
	defer rq.walking.Unlock()
	for _, made := range rq.readDown([]*call{c}) {
		rq.keep(made)
	}
}

// quiet gives a context for looking ahead: arguments that can't be read are reported
// by gqlgen when it comes to their field, and not twice.
func quiet(ctx context.Context) context.Context {
	return graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover)
}

// readRoots answers all root fields together, so that what they lead to on the same
// level is read together too.
func (rq *request) readRoots(ctx context.Context, root *selection) *group {
	ctx = graphql.WithFieldContext(quiet(ctx), &graphql.FieldContext{Object: "Query"})
	graphql.GetFieldContext(ctx).Parent = nil
	g, level := rq.group(ctx, root, []any{nil}, nil)
	rq.calls = rq.readDown(level)
	for _, c := range rq.calls {
		rq.failed = rq.failed || c.err != nil
	}
	return g
}

// readDown answers calls and everything that is selected below them, level by level. It
// gives all the calls that were made.
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

// wanted are the entries of a kind, at a stage, that a level asks for, and the stored fields.
type wanted struct {
	kind   content.Kind
	stage  content.Stage
	ids    []content.ID
	fields []string
}

// read answers the calls of one level.
func (rq *request) read(calls []*call) {
	var want []*wanted
	var tasks []func()
	for _, c := range calls {
		if (c.ids != nil || c.load != nil) && c.object != "Mutation" && scalar.Stage(c.ctx) == content.StageDraft && !rq.mayReadDrafts() {
			c.err = errDrafts
			continue
		}
		if c.load != nil {
			tasks = append(tasks, func() { c.err = safely(c.loadOnce) })
		}
		if c.ids != nil {
			want = rq.want(want, c)
		}
	}
	failed := map[content.Kind]error{}
	for _, w := range want {
		tasks = append(tasks, func() {
			err := safely(func() error { return rq.load(calls[0].ctx, w.kind, w.ids, w.stage, w.fields) })
			if err != nil {
				rq.mu.Lock()
				failed[w.kind] = err
				rq.mu.Unlock()
			}
		})
	}
	together(tasks)
	for _, c := range calls {
		c.finish(failed)
	}
}

// want adds what a call asks for.
func (rq *request) want(all []*wanted, c *call) []*wanted {
	var mine []*wanted // those of the call whose fields are among theirs
	var ids []content.ID
	for _, obj := range c.objs {
		ids = c.ids(ids[:0], obj)
		for _, id := range ids {
			kind, ok := id.Kind()
			if !ok {
				continue
			}
			stage := rq.stageOf(c.ctx, id)
			same := func(w *wanted) bool { return w.kind == kind && w.stage == stage }
			at := slices.IndexFunc(all, same)
			if at < 0 {
				at = len(all)
				all = append(all, &wanted{kind: kind, stage: stage})
			}
			w := all[at]
			w.ids = append(w.ids, id)
			if !slices.Contains(mine, w) {
				mine = append(mine, w)
				w.fields = union(w.fields, c.entryFields(kind))
			}
		}
	}
	return all
}

// together runs tasks side by side.
func together(tasks []func()) {
	var wg sync.WaitGroup
	for i, task := range tasks {
		if i < len(tasks)-1 {
			wg.Go(func() {
				deepen(i)
				task()
			})
		} else {
			task()
		}
	}
	wg.Wait()
}

// deepen has the stack of a new goroutine grow at once to the 32 KiB that a read from the store needs. On its way down into the
// driver it would double time and again, with all frames copied: a twelfth of what a front page cost.
//
//go:noinline
func deepen(i int) byte {
	var room [24 << 10]byte
	return room[i]
}

// loadOnce has a relation answer for all objects of the call, for each of them once.
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

// finish makes a call's answers, now that the entries which they are made from are
// read; failed tells the kinds of which they could not be.
func (c *call) finish(failed map[content.Kind]error) {
	if len(failed) > 0 && c.ids != nil && c.err == nil {
		for _, obj := range c.objs {
			for _, id := range c.ids(nil, obj) {
				kind, _ := id.Kind()
				if c.err = failed[kind]; c.err != nil {
					return
				}
			}
		}
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

// safely turns a panic into an error: one in a goroutine of its own would end the program.
func safely(do func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return do()
}

// keep puts what a call found where the fields' resolvers look for it.
func (rq *request) keep(c *call) {
	locale := scalar.Locale(c.ctx)
	for i, obj := range c.objs {
		known := answered{err: c.err}
		if c.err == nil {
			known.value, known.err = c.answerFor(i)
		}
		rq.mu.Lock()
		rq.answers[answerKey{obj, c.field.Field, locale}] = known
		rq.mu.Unlock()
	}
}

// entryFields are the stored fields to read of the entries that a call names.
func (c *call) entryFields(kind content.Kind) []string {
	if c.fields != nil {
		return c.fields
	}
	return c.stored(kind)
}

// load reads entries that were not read yet, or not with all the fields.
func (rq *request) load(ctx context.Context, kind content.Kind, ids []content.ID, stage content.Stage, fields []string) error {
	rq.mu.Lock()
	var missing []content.ID
	seen := make(map[content.ID]bool, len(ids))
	for _, id := range ids {
		have, ok := rq.entries[entryKey{id, stage}]
		if seen[id] || ok && (have.entry == nil || !slices.ContainsFunc(fields, func(f string) bool { return !slices.Contains(have.fields, f) })) {
			continue
		}
		seen[id] = true
		missing = append(missing, id)
		fields = union(fields, have.fields)
	}
	rq.mu.Unlock()
	if missing == nil {
		return nil
	}
	found, err := rq.sources[kind].byIDs(ctx, missing, stage, fields)
	if err != nil {
		return err
	}
	rq.mu.Lock()
	defer rq.mu.Unlock()
	for i, id := range missing {
		rq.entries[entryKey{id, stage}] = loaded{found[i], fields}
	}
	return nil
}

// descend groups the objects that a call has found, and adds the calls for what is selected on them.
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
		g, level = rq.group(c.ctx, rq.on(c.node, object), objs, level)
		c.groups = append(c.groups, g)
	}
	return level
}

// objectOf names the type of an object that stands where some type does.
func (rq *request) objectOf(typeName string, obj any) string {
	if rq.satisfies[typeName] != nil {
		return typeName
	}
	return reflect.TypeOf(obj).Elem().Name() // an interface or a union: its members are named as in Go
}

// group is that to which an object belongs that the call has found.
func (c *call) group(obj any) *group {
	if len(c.groups) == 1 {
		return c.groups[0]
	}
	name := c.rq.objectOf(c.field.Definition.Type.Name(), obj)
	return c.groups[slices.IndexFunc(c.groups, func(g *group) bool { return g.object == name })]
}

// group gathers objects of one type, and adds the calls for what is selected on them.
func (rq *request) group(ctx context.Context, s *selection, objs []any, level []*call) (*group, []*call) {
	g := &group{selection: s, at: scalar.PlaceOf(ctx), objs: objs, calls: make([]call, len(s.nodes))}
	for i, n := range s.nodes {
		c := &g.calls[i]
		*c = call{node: n, rq: rq, ctx: ctx, objs: objs}
		switch {
		case n.related:
			if len(n.field.Definition.Arguments) > 0 {
				fc, err := rq.ec.child(ctx, s.object, n.field)
				if err != nil {
					rq.failed = true // gqlgen meets the same error and reports it
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
