package storage

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
)

// Lookup is a read of documents of one table by their ids or slugs. [Store.Look] makes several in one round trip.
type Lookup struct {
	// name tells what is read and how: lookups with the same name differ in their values alone.
	name, table string
	// path is where the values stand, filter what else has to hold, and fields what is read.
	path   string
	values []string
	filter bson.D
	fields bson.D
	// shared tells that what is found may be given to several requests.
	shared bool
	// decode reads a document, and tells which of the values it has.
	decode func(bson.Raw) (value string, found any, err error)
	// found is what was found, by value.
	found map[string]found
}

// found is what a lookup found for a value, with the bytes of what was read of it.
type found struct {
	decoded any
	stored  int
}

// lookup is a lookup of the entries that have some values under a path, with some fields.
func (c *Collection[T, F]) lookup(v view, path string, values, fields []string, of func(id content.ID, e T) string) *Lookup {
	filter := v.shown
	if path == "_id" && !c.whole {
		filter = nil // what is not shown has no copy
	}
	return &Lookup{
		name: strings.Join(append([]string{c.name, v.at + path}, fields...), " "), table: c.name,
		path: path, values: values, filter: filter, fields: v.projection(fields), shared: !v.editing && !c.whole,
		decode: func(doc bson.Raw) (string, any, error) {
			id, e, err := c.decode(v, bsondoc.Document(doc))
			if content.IsNil(e) || err != nil {
				return "", nil, err
			}
			return of(id, e), e, nil
		},
	}
}

// byID is a lookup of entries by their ids.
func (c *Collection[T, F]) byID(stage content.Stage, ids []content.ID, fields []string) *Lookup {
	values := make([]string, len(ids))
	for i, id := range ids {
		values[i] = string(id)
	}
	return c.lookup(c.viewByID(stage), "_id", values, fields, func(id content.ID, _ T) string { return string(id) })
}

// query is what a lookup asks its table.
func (l *Lookup) query() engine.Query {
	is := any(bson.D{{Key: "$in", Value: l.values}})
	if len(l.values) == 1 {
		is = l.values[0] // an id alone is looked up without planning
	}
	filter := append(bson.D{{Key: l.path, Value: is}}, l.filter...)
	return engine.Query{Table: l.table, Filter: filter, Fields: l.fields, Batch: len(l.values)}
}

// take takes in a document that was found.
func (l *Lookup) take(doc bson.Raw) error {
	value, decoded, err := l.decode(doc)
	if decoded != nil {
		l.found[value] = found{decoded, len(doc)}
	}
	return err
}

// Look makes some lookups in one round trip; those that are nil are left out. What is the same for all readers is read
// for several requests together while the engine is busy.
func (s *Store) Look(ctx context.Context, lookups ...*Lookup) error {
	lookups = slices.DeleteFunc(lookups, func(l *Lookup) bool { return l == nil || len(l.values) == 0 })
	if len(lookups) == 0 {
		return nil
	}
	if slices.ContainsFunc(lookups, func(l *Lookup) bool { return !l.shared }) {
		return newWave(ctx, lookups).run(ctx, s.engine)
	}
	return s.gather.look(ctx, lookups)
}

// maxRunning is how many commands of gathered lookups run at once: as many as keep the processors busy. maxWave is how
// many values one of them looks up before the next one begins.
var maxRunning = max(2, runtime.GOMAXPROCS(0))

const maxWave = 1000

// gatherer makes the lookups of requests that come while others are being made: those that wait are made by one command.
// Without load each request has a command of its own, at once.
type gatherer struct {
	engine  engine.Engine
	timeout time.Duration

	mu      sync.Mutex
	running int
	waiting []*wave
}

// wave is lookups of one or several requests that are made by one command.
type wave struct {
	// ctx is that of the first request.
	ctx    context.Context
	by     map[string]*Lookup
	values map[string]map[string]bool
	size   int
	done   chan struct{}
	err    error
	took   time.Duration
}

func newWave(ctx context.Context, lookups []*Lookup) *wave {
	w := &wave{ctx: ctx, by: map[string]*Lookup{}, done: make(chan struct{})}
	w.add(lookups)
	return w
}

// add takes in the lookups of a request.
func (w *wave) add(lookups []*Lookup) {
	for _, l := range lookups {
		w.size += len(l.values)
		if w.by[l.name] == nil {
			l.found = make(map[string]found, len(l.values))
			w.by[l.name] = l
			continue
		}
		w.merge(l)
	}
}

// merge adds the values of a lookup to those of another one, of the same name.
func (w *wave) merge(l *Lookup) {
	first := w.by[l.name]
	if w.values[l.name] == nil {
		if w.values == nil {
			w.values = map[string]map[string]bool{}
		}
		have := make(map[string]bool, len(first.values))
		for _, value := range first.values {
			have[value] = true
		}
		joint := *first
		joint.values = slices.Clone(first.values)
		w.values[l.name], w.by[l.name] = have, &joint
		first = &joint
	}
	l.found = first.found
	for _, value := range l.values {
		if have := w.values[l.name]; !have[value] {
			have[value] = true
			first.values = append(first.values, value)
		}
	}
}

// run makes the lookups.
func (w *wave) run(ctx context.Context, e engine.Engine) error {
	lookups := slices.Collect(maps.Values(w.by))
	queries := make([]engine.Query, len(lookups))
	for i, l := range lookups {
		queries[i] = l.query()
	}
	return e.Table(lookups[0].table).FindEach(ctx, queries, func(i int, doc bson.Raw) error { return lookups[i].take(doc) })
}

// look makes the lookups of a request: at once, or with those of others when so many commands run that they had to wait.
func (g *gatherer) look(ctx context.Context, lookups []*Lookup) error {
	g.mu.Lock()
	if g.running < maxRunning {
		g.running++
		g.mu.Unlock()
		defer g.next()
		return newWave(ctx, lookups).run(ctx, g.engine)
	}
	var w *wave
	first := len(g.waiting) == 0 || g.waiting[len(g.waiting)-1].size >= maxWave
	if first {
		w = newWave(ctx, lookups)
		g.waiting = append(g.waiting, w)
	} else {
		w = g.waiting[len(g.waiting)-1]
		w.add(lookups)
	}
	g.mu.Unlock()
	select {
	case <-w.done:
		if !first {
			engine.Share(ctx, w.took)
		}
		return w.err
	case <-ctx.Done():
		return engine.Late(ctx.Err())
	}
}

// next begins the command for those that waited longest.
func (g *gatherer) next() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.running--
		return
	}
	w := g.waiting[0]
	g.waiting = slices.Delete(g.waiting, 0, 1)
	go func() {
		defer g.next()
		defer close(w.done)
		defer func() {
			if cause := recover(); cause != nil { // in a goroutine of its own it would end the program
				w.err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), g.timeout)
		defer cancel()
		start := time.Now()
		w.err = w.run(ctx, g.engine)
		w.took = time.Since(start)
	}()
}

// lookFor gives the one entry that a slug is of at present, with the bytes of what was read.
func (c *Collection[T, F]) lookFor(ctx context.Context, slug string, v view, fields []string) (T, int, error) {
	l := c.lookup(v, v.at+"slug", []string{slug}, fields, func(_ content.ID, e T) string { return common(e).Slug })
	err := c.store.Look(ctx, l)
	e, _ := l.found[slug].decoded.(T)
	if !content.IsNil(e) {
		cache.Note(ctx, cache.Entry(common(e).ID))
	}
	return e, l.found[slug].stored, err
}
