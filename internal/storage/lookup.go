package storage

import (
	"context"
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
	"sen/internal/storage/query"
)

// Lookup is a read of documents of one table by their ids or slugs. [Store.Look] makes several in one round trip.
type Lookup struct {
	// name identifies what is read and how. Lookups with the same name differ only in their values.
	name, table string
	// path is the field that has one of the values. filter is an additional condition. fields are the fields to read.
	path   string
	values []string
	filter bson.D
	fields bson.D
	// shared means that several requests may share the result.
	shared bool
	// decode decodes a document and returns the value that it matches.
	decode func(bson.Raw) (value string, found any, err error)
	// found are the results by value.
	found map[string]found
}

// found is the result of a lookup for one value. stored is the size of the document that was read, in bytes.
type found struct {
	decoded any
	stored  int
}

// lookup returns a lookup of the entries that have one of some values at a path.
func (c *Collection[T, F]) lookup(
	v query.View, path string, values, fields []string, of func(id content.ID, e T) string,
) *Lookup {
	filter := v.Shown
	if path == "_id" && !c.whole {
		filter = nil // an entry that is not visible has no copy
	}
	return &Lookup{
		name: strings.Join(append([]string{c.name, v.At + path}, fields...), " "), table: c.name,
		path: path, values: values, filter: filter, fields: v.Projection(fields), shared: !v.Editing && !c.whole,
		decode: func(doc bson.Raw) (string, any, error) {
			id, e, err := c.decode(v, bsondoc.Document(doc))
			if content.IsNil(e) || err != nil {
				return "", nil, err
			}
			return of(id, e), e, nil
		},
	}
}

// byID returns a lookup of entries by their ids.
func (c *Collection[T, F]) byID(stage content.Stage, ids []content.ID, fields []string) *Lookup {
	values := make([]string, len(ids))
	for i, id := range ids {
		values[i] = string(id)
	}
	return c.lookup(c.lists.ViewByID(stage), "_id", values, fields, func(id content.ID, _ T) string { return string(id) })
}

// query returns the query of a lookup.
func (l *Lookup) query() engine.Query {
	is := any(bson.D{{Key: "$in", Value: l.values}})
	if len(l.values) == 1 {
		is = l.values[0] // a query for a single id needs no query plan
	}
	filter := append(bson.D{{Key: l.path, Value: is}}, l.filter...)
	return engine.Query{Table: l.table, Filter: filter, Fields: l.fields, Batch: len(l.values)}
}

// take stores the result from one document.
func (l *Lookup) take(doc bson.Raw) error {
	value, decoded, err := l.decode(doc)
	if decoded != nil {
		l.found[value] = found{decoded, len(doc)}
	}
	return err
}

// Look makes some lookups in one round trip. It skips nil lookups. While the engine is busy, lookups whose result is
// the same for all readers are batched with those of other requests.
func (s *Store) Look(ctx context.Context, of ...*Lookup) error {
	of = slices.DeleteFunc(of, func(l *Lookup) bool { return l == nil || len(l.values) == 0 })
	if len(of) == 0 {
		return nil
	}
	if slices.ContainsFunc(of, func(l *Lookup) bool { return !l.shared }) {
		return newGathered(s.engine, of).Run(ctx)
	}
	begin := func() *gathered { return newGathered(s.shown, of) }
	_, err := batch.Make(ctx, &s.reads, "", batch.Processors, begin, func(waiting *gathered) bool {
		if waiting.size >= maxGathered {
			return false
		}
		waiting.add(of)
		return true
	})
	return err
}

// maxGathered is the number of values from which a batch of lookups accepts no further lookups.
const maxGathered = 1000

// gathered is a batch of lookups, of one or several requests, that one command makes.
type gathered struct {
	engine engine.Engine
	by     map[string]*Lookup
	values map[string]map[string]bool
	size   int
}

func newGathered(e engine.Engine, of []*Lookup) *gathered {
	all := &gathered{engine: e, by: map[string]*Lookup{}}
	all.add(of)
	return all
}

// add adds the lookups of a request.
func (all *gathered) add(of []*Lookup) {
	for _, l := range of {
		all.size += len(l.values)
		if all.by[l.name] == nil {
			l.found = make(map[string]found, len(l.values))
			all.by[l.name] = l
			continue
		}
		all.merge(l)
	}
}

// merge adds the values of a lookup to another lookup with the same name.
func (all *gathered) merge(l *Lookup) {
	first := all.by[l.name]
	if all.values[l.name] == nil {
		if all.values == nil {
			all.values = map[string]map[string]bool{}
		}
		have := make(map[string]bool, len(first.values))
		for _, value := range first.values {
			have[value] = true
		}
		joint := *first
		joint.values = slices.Clone(first.values)
		all.values[l.name], all.by[l.name] = have, &joint
		first = &joint
	}
	l.found = first.found
	for _, value := range l.values {
		if have := all.values[l.name]; !have[value] {
			have[value] = true
			first.values = append(first.values, value)
		}
	}
}

// Run implements [batch.Read].
func (all *gathered) Run(ctx context.Context) error {
	each := slices.Collect(maps.Values(all.by))
	queries := make([]engine.Query, len(each))
	for i, l := range each {
		queries[i] = l.query()
	}
	return all.engine.Table(each[0].table).FindEach(ctx, queries, func(i int, doc bson.Raw) error {
		return each[i].take(doc)
	})
}

// byPresentSlug returns the entry whose present slug is the given one, and the size of the document that was read, in
// bytes.
func (c *Collection[T, F]) byPresentSlug(
	ctx context.Context, slug string, v query.View, fields []string,
) (T, int, error) {
	l := c.lookup(v, v.At+"slug", []string{slug}, fields, func(_ content.ID, e T) string { return common(e).Slug })
	err := c.store.Look(ctx, l)
	e, _ := l.found[slug].decoded.(T)
	if !content.IsNil(e) {
		cache.Note(ctx, cache.Entry(common(e).ID))
	}
	return e, l.found[slug].stored, err
}
