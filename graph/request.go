package graph

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/scalar"
	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/search/service"
	"sen/internal/storage"
)

// request answers the fields of one operation. A query is read by its plan, level by level, for all objects of a
// level together (see [plannedSchema]). For mutations, and for queries that a plan can't answer, gqlgen's executor
// asks for one field at a time. The first field that it asks for reads the whole selection below it in the same way,
// and keeps the answers for the fields below. A field that has no answer yet is read when it is asked for. So reading
// ahead saves round trips, and the answer is the same without it.
type request struct {
	*Resolver
	op    *graphql.OperationContext
	ec    *executionContext
	actor *content.Actor
	// calls are all calls of the plan, values is the lowest number of values that the answer has, and refused is the
	// error if it has too many.
	calls   []*call
	values  int
	refused *gqlerror.Error
	// since is the time when the request began, as the store's journal counts it.
	since uint64

	// walking is locked while one of gqlgen's goroutines reads, so that a goroutine finds what another one has
	// already read.
	walking sync.Mutex
	mu      sync.Mutex
	answers map[answerKey]answered
	entries map[entryKey]loaded
	// loading is locked for a kind while its entries are read, so that fields that need the same entry read it once.
	loading map[content.Kind]*sync.Mutex
	spent   int
	// searched means that the answer depends on the search.
	searched atomic.Bool
}

// searches notes that the answer depends on the search.
func (rq *request) searches() { rq.searched.Store(true) }

// addSearchState adds to an answer whether its searches may be incomplete: extensions.search.
func addSearchState(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	answer := next(ctx)
	rq, ok := ctx.Value(requestKey{}).(*request) // an operation that was refused has none
	if answer == nil || !ok || !rq.searched.Load() {
		return answer
	}
	if state := rq.search.State(); state != (service.State{}) {
		if answer.Extensions == nil {
			answer.Extensions = map[string]any{}
		}
		answer.Extensions["search"] = state
	}
	return answer
}

// answerKey identifies a field of an object: its place in the document, and its language. A fragment can be used in
// two languages.
type answerKey struct {
	obj    any
	field  *ast.Field
	locale content.Locale
}

// answered is the answer of a field. It holds only for the same selections below the field: a field in a fragment is
// merged with different fields at different places.
type answered struct {
	value      any
	err        error
	selections ast.SelectionSet
}

// entryKey identifies a copy of an entry.
type entryKey struct {
	id    content.ID
	stage content.Stage
}

// loaded is an entry with the fields that were read; the entry is nil if there is none.
type loaded struct {
	entry  content.Content
	fields []string
}

type requestKey struct{}

func requestOf(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// newRequest returns a context with a new request for the context's operation.
func (r *Resolver) newRequest(ctx context.Context) context.Context {
	op := graphql.GetOperationContext(ctx)
	return context.WithValue(ctx, requestKey{}, &request{
		Resolver: r, op: op, ec: newExecutionContext(op, r.schema, nil),
		answers: map[answerKey]answered{}, entries: map[entryKey]loaded{}, loading: map[content.Kind]*sync.Mutex{},
		actor: auth.ActorOf(ctx), since: r.store.Feed.Journal.Now(),
	})
}

// maxObjects is the largest number of list elements that one operation may ask for, all pages together: twice 100
// pages of 100.
const maxObjects = 20_000

// maxValues is the largest number of values in an answer, and maxAnswer the largest length of an answer in bytes.
const maxValues, maxAnswer = 500_000, 16 << 20

// spend counts list elements. It returns an error if the operation has asked for more than maxObjects.
func (rq *request) spend(n int) error {
	rq.mu.Lock()
	defer rq.mu.Unlock()
	if rq.spent += n; rq.spent > maxObjects {
		return content.Errorf(content.CodeTooComplex,
			"The lists of the query ask for more than %d elements in all. Ask for smaller pages.", maxObjects)
	}
	return nil
}

// resolved answers the field of gqlgen's context.
func (rq *request) resolved(ctx context.Context, obj any) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	key := answerKey{obj, fc.Field.Field, scalar.Locale(ctx)}
	rq.mu.Lock()
	cached, ok := rq.answers[key]
	rq.mu.Unlock()
	if ok && slices.Equal(cached.selections, fc.Field.Selections) {
		return cached.value, cached.err
	}
	c := &call{node: rq.planNode(fc.Object, fc.Field), rq: rq, ctx: withoutErrors(ctx), args: fc.Args, objs: []any{obj}}
	rq.walk(c)
	if c.err != nil {
		return nil, c.err
	}
	return c.answerFor(0)
}

// walk answers a call and everything below it, and keeps the answers.
func (rq *request) walk(c *call) {
	rq.walking.Lock()
	defer rq.walking.Unlock()
	for _, made := range rq.readDown([]*call{c}) {
		rq.storeAnswers(made)
	}
}

// withoutErrors returns a context for reading ahead, which drops errors of arguments: gqlgen reports them when it
// comes to the field, and they must not be reported twice.
func withoutErrors(ctx context.Context) context.Context {
	return graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover)
}

// storeAnswers stores the answers of a call for the resolvers of its field.
func (rq *request) storeAnswers(c *call) {
	locale := scalar.Locale(c.ctx)
	for i, obj := range c.objs {
		answer := answered{err: c.err, selections: c.field.Selections}
		if c.err == nil {
			answer.value, answer.err = c.answerFor(i)
		}
		rq.mu.Lock()
		rq.answers[answerKey{obj, c.field.Field, locale}] = answer
		rq.mu.Unlock()
	}
}

// load reads the entries that are not read yet, or lack fields, in one round trip.
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

// hold locks the kinds of all until release is called, so that fields that need the same entry read it once.
func (rq *request) hold(all []*wanted) (release func()) {
	var held []*sync.Mutex
	for _, kind := range content.Kinds() { // always in the same order, to prevent a deadlock
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

// missing returns the entries to read and the fields to read of them. The fields include those that an entry already
// has, so that none is lost.
func (rq *request) missing(w *wanted) (missing []content.ID, fields []string) {
	fields = slices.Clip(w.fields) // copied before append, because other requests read the plan's fields
	rq.mu.Lock()
	defer rq.mu.Unlock()
	seen := make(map[content.ID]bool, len(w.ids))
	for _, id := range w.ids {
		have, ok := rq.entries[entryKey{id, w.stage}]
		if seen[id] || ok &&
			(have.entry == nil ||
				!slices.ContainsFunc(w.fields, func(f string) bool { return !slices.Contains(have.fields, f) })) {
			continue
		}
		seen[id] = true
		missing = append(missing, id)
		fields = union(fields, have.fields)
	}
	return missing, fields
}
