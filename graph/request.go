package graph

import (
	"context"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"golang.org/x/sync/errgroup"

	"sen/graph/scalar"
	"sen/internal/auth"
	"sen/internal/content"
)

// request answers the relations of one operation. gqlgen asks for them a field of
// an object at a time; the first one asked looks down the whole selection below it
// and reads it a level at a time, for all objects of a level together. What it read
// is kept, so that the fields below find their answers there. A field that was not
// foreseen is read when it is asked for: foreseeing saves round trips, never truth.
type request struct {
	*Resolver
	op *graphql.OperationContext
	ec *executionContext

	roots   sync.Once
	mu      sync.Mutex
	answers map[answerKey]answered
	entries map[entryKey]loaded
	actor   *content.Actor
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
	relation
	rq *request
	// ctx is the field's context: it has the arguments, the language and the stage.
	ctx     context.Context
	fc      *graphql.FieldContext
	objs    []any
	answers []any
	err     error
}

// entry is an entry that the call's ids name, nil when there is none that the actor may see.
func (c *call) entry(id content.ID) content.Content {
	key := entryKey{id, c.rq.stageOf(c.ctx, id)}
	c.rq.mu.Lock()
	defer c.rq.mu.Unlock()
	return c.rq.entries[key].entry
}

type requestKey struct{}

func requestOf(ctx context.Context) *request { return ctx.Value(requestKey{}).(*request) }

// newRequest begins to answer the operation of a context.
func (r *Resolver) newRequest(ctx context.Context) context.Context {
	op := graphql.GetOperationContext(ctx)
	return context.WithValue(ctx, requestKey{}, &request{
		Resolver: r, op: op, ec: newExecutionContext(op, r.schema, nil),
		answers: map[answerKey]answered{}, entries: map[entryKey]loaded{}, actor: auth.ActorOf(ctx),
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

// answer answers the field at which a context stands.
func (rq *request) answer(ctx context.Context, obj any) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	if obj == nil && fc.Object == "Query" {
		rq.roots.Do(func() { rq.readRoots(ctx) })
	}
	key := answerKey{obj, fc.Field.Field, scalar.Locale(ctx)}
	rq.mu.Lock()
	known, ok := rq.answers[key]
	rq.mu.Unlock()
	if ok {
		return known.value, known.err
	}
	c := &call{relation: rq.relations[fc.Object+"."+fc.Field.Name], rq: rq, ctx: quiet(ctx), fc: fc, objs: []any{obj}}
	rq.readDown([]*call{c})
	if c.err != nil {
		return nil, c.err
	}
	return c.answers[0], nil
}

// quiet gives a context for looking ahead: arguments that can't be read are reported
// by gqlgen when it comes to their field, and not twice.
func quiet(ctx context.Context) context.Context {
	return graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover)
}

// readRoots answers all root fields together, so that what they lead to on the same
// level is read together too.
func (rq *request) readRoots(ctx context.Context) {
	root := &graphql.FieldContext{Object: "Query"}
	ctx = graphql.WithFieldContext(quiet(ctx), root)
	root.Parent = nil // not the field that happened to come first: its arguments are not the others'
	rq.readDown(rq.descend(ctx, "Query", []any{nil}, rq.op.Operation.SelectionSet))
}

// readDown answers calls and everything that is selected below them, level by level.
func (rq *request) readDown(calls []*call) {
	for len(calls) > 0 {
		rq.read(calls)
		var below []*call
		for _, c := range calls {
			below = append(below, rq.below(c)...)
		}
		calls = below
	}
}

// read answers the calls of one level.
func (rq *request) read(calls []*call) {
	type wanted struct {
		ids    []content.ID
		fields []string
	}
	type from struct {
		kind  content.Kind
		stage content.Stage
	}
	want := map[from]*wanted{}
	var tasks errgroup.Group
	for _, c := range calls {
		if (c.ids != nil || c.load != nil) && c.fc.Object != "Mutation" && scalar.Stage(c.ctx) == content.StageDraft && !rq.mayReadDrafts() {
			c.err = errDrafts
			continue
		}
		if c.load != nil {
			tasks.Go(func() error {
				c.err = safely(func() (err error) {
					c.answers, err = c.load(c)
					return err
				})
				return nil
			})
		}
		if c.ids == nil {
			continue
		}
		asked := map[from]bool{}
		for _, obj := range c.objs {
			for _, id := range c.ids(obj) {
				kind, ok := id.Kind()
				if !ok {
					continue
				}
				place := from{kind, rq.stageOf(c.ctx, id)}
				w := want[place]
				if w == nil {
					w = &wanted{}
					want[place] = w
				}
				w.ids = append(w.ids, id)
				if !asked[place] {
					asked[place] = true
					w.fields = union(w.fields, c.entryFields(kind))
				}
			}
		}
	}
	failed := map[content.Kind]error{}
	for place, w := range want {
		tasks.Go(func() error {
			err := safely(func() error { return rq.load(calls[0].ctx, place.kind, w.ids, place.stage, w.fields) })
			if err != nil {
				rq.mu.Lock()
				failed[place.kind] = err
				rq.mu.Unlock()
			}
			return nil
		})
	}
	_ = tasks.Wait()
	for _, c := range calls {
		c.finish(failed)
		rq.keep(c)
	}
}

// finish makes a call's answers, now that the entries which they are made from are
// read; failed tells the kinds of which they could not be.
func (c *call) finish(failed map[content.Kind]error) {
	if c.err != nil || c.answer == nil {
		return
	}
	c.answers = make([]any, len(c.objs))
	for i, obj := range c.objs {
		if c.ids != nil {
			for _, id := range c.ids(obj) {
				kind, _ := id.Kind()
				if c.err = failed[kind]; c.err != nil {
					return
				}
			}
		}
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
	rq.mu.Lock()
	defer rq.mu.Unlock()
	locale := scalar.Locale(c.ctx)
	for i, obj := range c.objs {
		known := answered{err: c.err}
		if c.err == nil {
			known.value = c.answers[i]
		}
		rq.answers[answerKey{obj, c.fc.Field.Field, locale}] = known
	}
}

// entryFields are the stored fields to read of the entries that a call names.
func (c *call) entryFields(kind content.Kind) []string {
	if c.fields != nil {
		return c.fields
	}
	return c.rq.fields(kind, c.fc.Field.Selections)
}

// load reads entries that were not read yet, or not with all the fields.
func (rq *request) load(ctx context.Context, kind content.Kind, ids []content.ID, stage content.Stage, fields []string) error {
	rq.mu.Lock()
	missing := map[content.ID]bool{}
	for _, id := range ids {
		have, ok := rq.entries[entryKey{id, stage}]
		if ok && (have.entry == nil || !slices.ContainsFunc(fields, func(f string) bool { return !slices.Contains(have.fields, f) })) {
			continue
		}
		missing[id] = true
		fields = union(fields, have.fields)
	}
	rq.mu.Unlock()
	if len(missing) == 0 {
		return nil
	}
	ask := make([]content.ID, 0, len(missing))
	for id := range missing {
		ask = append(ask, id)
	}
	found, err := rq.sources[kind].byIDs(ctx, ask, stage, fields)
	if err != nil {
		return err
	}
	rq.mu.Lock()
	defer rq.mu.Unlock()
	for _, id := range ask {
		rq.entries[entryKey{id, stage}] = loaded{found[id], fields}
	}
	return nil
}

// collect is the selection on an object of a type, fragments resolved.
func (rq *request) collect(object string, selections ast.SelectionSet) []graphql.CollectedField {
	return graphql.CollectFields(rq.op, selections, rq.satisfies[object])
}

// fields are the stored fields of a kind that a selection is answered from.
func (rq *request) fields(kind content.Kind, selections ast.SelectionSet) []string {
	source := rq.sources[kind]
	stored := source.StoredFields()
	fields := slices.Clone(source.labelFields())
	for _, f := range rq.collect(string(kind), selections) {
		if rel, ok := rq.relations[string(kind)+"."+f.Name]; ok {
			fields = union(fields, rel.needs)
		} else if slices.Contains(stored, f.Name) {
			fields = union(fields, []string{f.Name})
		}
	}
	return fields
}

// below are the calls for what is selected on a call's answers.
func (rq *request) below(c *call) []*call {
	if c.err != nil || len(c.fc.Field.Selections) == 0 {
		return nil
	}
	var objs []any
	for _, answer := range c.answers {
		objs = append(objs, objects(reflect.ValueOf(answer))...)
	}
	return rq.descend(c.ctx, c.fc.Field.Definition.Type.Name(), objs, c.fc.Field.Selections)
}

// descend are the calls for what is selected on objects of a type.
func (rq *request) descend(ctx context.Context, typeName string, objs []any, selections ast.SelectionSet) (calls []*call) {
	if len(objs) == 0 {
		return nil
	}
	if rq.satisfies[typeName] == nil { // an interface or a union
		byType := map[string][]any{}
		for _, obj := range objs {
			name := reflect.TypeOf(obj).Elem().Name()
			byType[name] = append(byType[name], obj)
		}
		for name, some := range byType {
			if rq.satisfies[name] != nil {
				calls = append(calls, rq.descend(ctx, name, some, selections)...)
			}
		}
		return calls
	}
	for _, field := range rq.collect(typeName, selections) {
		rel, ok := rq.relations[typeName+"."+field.Name]
		switch {
		case ok && (rel.ids != nil || rel.load != nil || len(field.Selections) > 0):
			fc, err := rq.ec.child(ctx, typeName, field)
			if err != nil {
				continue // gqlgen meets the same error and reports it
			}
			calls = append(calls, &call{relation: rel, rq: rq, ctx: graphql.WithFieldContext(ctx, fc), fc: fc, objs: objs})
		case !ok && len(field.Selections) > 0 && !strings.HasPrefix(field.Name, "__"):
			var inner []any
			for _, obj := range objs {
				inner = append(inner, objects(member(reflect.ValueOf(obj), field.Name))...)
			}
			calls = append(calls, rq.descend(ctx, field.Definition.Type.Name(), inner, field.Selections)...)
		}
	}
	return calls
}

// member is what gqlgen answers a plain field of the schema with: the Go method
// without arguments, or the Go field, of that name.
func member(v reflect.Value, name string) reflect.Value {
	same := func(s string) bool { return strings.EqualFold(s, name) }
	for i := range v.NumMethod() {
		if m := v.Type().Method(i); same(m.Name) && m.Type.NumIn() == 1 && m.Type.NumOut() == 1 {
			return v.Method(i).Call(nil)[0]
		}
	}
	return reflect.Indirect(v).FieldByNameFunc(same)
}

// objects are the pointers to objects in a value, through lists and interfaces.
func objects(v reflect.Value) (objs []any) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			objs = append(objs, objects(v.Index(i))...)
		}
	case reflect.Interface:
		return objects(v.Elem())
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct {
			objs = append(objs, v.Interface())
		}
	case reflect.Struct:
		if v.CanAddr() {
			objs = append(objs, v.Addr().Interface())
		}
	}
	return objs
}
