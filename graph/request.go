package graph

import (
	"context"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/scalar"
	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/storage"
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
	// calls are those that were made for the plan, values is how many the answer has at least, and refused why it has
	// too many.
	calls   []*call
	values  int
	refused *gqlerror.Error
	// since is when it began, as the store's journal counts.
	since uint64

	// walking is held while one of gqlgen's goroutines reads, so that what several ask of one entry adds up.
	walking sync.Mutex
	mu      sync.Mutex
	answers map[answerKey]answered
	entries map[entryKey]loaded
	// loading is held while entries of a kind are read, so that what several fields ask of one adds up.
	loading map[content.Kind]*sync.Mutex
	spent   int
}

// answerKey names a field of an object: where it stands in the document, and in
// which language (a fragment can stand under two).
type answerKey struct {
	obj    any
	field  *ast.Field
	locale content.Locale
}

// answered is what a field was answered, as long as the same is selected below it: a field that stands in a fragment is
// merged with different ones in different places.
type answered struct {
	value      any
	err        error
	selections ast.SelectionSet
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

type requestKey struct{}

func requestOf(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// newRequest begins to answer the operation of a context.
func (r *Resolver) newRequest(ctx context.Context) context.Context {
	op := graphql.GetOperationContext(ctx)
	return context.WithValue(ctx, requestKey{}, &request{
		Resolver: r, op: op, ec: newExecutionContext(op, r.schema, nil),
		answers: map[answerKey]answered{}, entries: map[entryKey]loaded{}, loading: map[content.Kind]*sync.Mutex{}, actor: auth.ActorOf(ctx), since: r.store.Feed.Journal.Now(),
	})
}

// maxObjects bounds how many elements of lists one operation may ask for, all pages
// together: 100 by 100 twice over.
const maxObjects = 20_000

// maxValues bounds how many values an answer has, and maxAnswer its length in bytes.
const maxValues, maxAnswer = 500_000, 16 << 20

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
	if ok && slices.Equal(known.selections, fc.Field.Selections) {
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

// keep puts what a call found where the fields' resolvers look for it.
func (rq *request) keep(c *call) {
	locale := scalar.Locale(c.ctx)
	for i, obj := range c.objs {
		known := answered{err: c.err, selections: c.field.Selections}
		if c.err == nil {
			known.value, known.err = c.answerFor(i)
		}
		rq.mu.Lock()
		rq.answers[answerKey{obj, c.field.Field, locale}] = known
		rq.mu.Unlock()
	}
}

// load reads entries that were not read yet, or not with all the fields: all in one round trip.
func (rq *request) load(ctx context.Context, all ...*wanted) error {
	defer rq.hold(all)()
	var lookups []*storage.Lookup
	var read []func()
	for _, w := range all {
		missing, fields := rq.missing(w)
		if missing == nil {
			continue
		}
		lookup, entries := rq.sources[w.kind].reading(ctx, missing, w.stage, fields)
		lookups = append(lookups, lookup)
		read = append(read, func() {
			for i, e := range entries() {
				rq.entries[entryKey{missing[i], w.stage}] = loaded{e, fields}
			}
		})
	}
	if err := rq.store.Look(ctx, lookups...); err != nil {
		return err
	}
	rq.mu.Lock()
	defer rq.mu.Unlock()
	for _, keep := range read {
		keep()
	}
	return nil
}

// hold keeps others from reading the same kinds until its result is called, so that what several fields ask of one
// entry adds up.
func (rq *request) hold(all []*wanted) (release func()) {
	var held []*sync.Mutex
	for _, kind := range content.Kinds() { // always in the same order
		if !slices.ContainsFunc(all, func(w *wanted) bool { return w.kind == kind }) {
			continue
		}
		rq.mu.Lock()
		one := rq.loading[kind]
		if one == nil {
			one = new(sync.Mutex)
			rq.loading[kind] = one
		}
		rq.mu.Unlock()
		one.Lock()
		held = append(held, one)
	}
	return func() {
		for _, one := range held {
			one.Unlock()
		}
	}
}

// missing are the entries that are to be read, and the fields to read of them: those that were read stay known.
func (rq *request) missing(w *wanted) (missing []content.ID, fields []string) {
	fields = slices.Clip(w.fields) // they are the plan's, which others read by, too
	rq.mu.Lock()
	defer rq.mu.Unlock()
	seen := make(map[content.ID]bool, len(w.ids))
	for _, id := range w.ids {
		have, ok := rq.entries[entryKey{id, w.stage}]
		if seen[id] || ok && (have.entry == nil || !slices.ContainsFunc(w.fields, func(f string) bool { return !slices.Contains(have.fields, f) })) {
			continue
		}
		seen[id] = true
		missing = append(missing, id)
		fields = union(fields, have.fields)
	}
	return missing, fields
}
