package storage

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
)

// row is an element that was read, with its place in the order.
type row[T any] struct {
	place
	// entry is nil where only the place was asked for; stored is how many bytes were read.
	entry  *T
	stored int
}

// projection is what is read of an element: its fields, and what it is ordered by.
func (p *page) projection() bson.D {
	if p.bare {
		return bson.D{{Key: p.order.path, Value: 1}}
	}
	read := p.view.projection(p.fields)
	if !slices.ContainsFunc(read, func(e bson.E) bool { return e.Key == p.order.path }) {
		read = append(read, bson.E{Key: p.order.path, Value: 1})
	}
	return read
}

// rows reads up to limit elements for each parent, within bounds.
func (c *Collection[T, F]) rows(ctx context.Context, p *page, parents []Within, bounds []side, skip, limit int) ([][]row[T], error) {
	found := make([][]row[T], len(parents))
	keep := func(parent int, cursor *mongo.Cursor) error {
		r, err := c.row(p, cursor)
		if err == nil {
			found[parent] = append(found[parent], r)
		}
		return err
	}
	var err error
	switch {
	case len(parents) == 1:
		scan := c.scan(p, parents[0], bounds)
		find := options.Find().SetSort(p.order.sort(p.reversed)).SetSkip(int64(skip)).SetLimit(int64(limit + scan.extra())).
			SetBatchSize(int32(limit + scan.extra() + 1)).SetProjection(p.projection())
		scan.set(find)
		err = c.find(ctx, scan.filter, find, func(cursor *mongo.Cursor) error { return keep(0, cursor) })
		found[0] = cut(scan, found[0], limit)
	case c.store.union.Load():
		hint := c.commonHint(p, parents)
		link, parent := c.soleLink(p, parents, hint)
		err = c.unite(ctx, parents, len(parents)*limit, hint, parent, func(i int) mongo.Pipeline {
			tell := link
			if parent == nil {
				tell = parentIs(i)
			}
			read := append(p.projection(), tell)
			pipeline := mongo.Pipeline{
				{{Key: "$match", Value: p.filter(parents[i], bounds)}},
				{{Key: "$sort", Value: p.order.sort(p.reversed)}},
			}
			if skip > 0 {
				pipeline = append(pipeline, bson.D{{Key: "$skip", Value: skip}})
			}
			return append(pipeline, bson.D{{Key: "$limit", Value: limit}}, bson.D{{Key: "$project", Value: read}})
		}, keep)
	default:
		skipped := make([]int, len(parents))
		err = c.sieve(ctx, p, parents, bounds, p.projection(), func(i int, cursor *mongo.Cursor) error {
			if skipped[i] < skip {
				skipped[i]++
				return nil
			}
			if len(found[i]) == limit {
				return nil
			}
			return keep(i, cursor)
		})
	}
	return found, err
}

// counts counts each parent's whole list.
func (c *Collection[T, F]) counts(ctx context.Context, p *page, parents []Within) ([]int, error) {
	counts := make([]int, len(parents))
	var err error
	switch {
	case len(parents) == 1:
		var n int64
		n, err = c.coll.CountDocuments(ctx, p.filter(parents[0], nil))
		counts[0], err = int(n), fail(err)
	case c.store.union.Load():
		err = c.unite(ctx, parents, len(parents), nil, nil, func(i int) mongo.Pipeline {
			return mongo.Pipeline{
				{{Key: "$match", Value: p.filter(parents[i], nil)}},
				{{Key: "$count", Value: "n"}},
				{{Key: "$addFields", Value: bson.D{parentIs(i)}}},
			}
		}, func(i int, cursor *mongo.Cursor) error {
			n, _ := cursor.Current.Lookup("n").AsInt64OK()
			counts[i] = int(n)
			return nil
		})
	default:
		err = c.sieve(ctx, p, parents, nil, bson.D{{Key: "_id", Value: 1}}, func(i int, _ *mongo.Cursor) error {
			counts[i]++
			return nil
		})
	}
	return counts, err
}

// row decodes the element that a cursor stands at.
func (c *Collection[T, F]) row(p *page, cursor *mongo.Cursor) (r row[T], err error) {
	doc := document(cursor.Current)
	r.stored = len(doc.data)
	if p.bare {
		id, err := doc.at("_id").text()
		if err != nil {
			return r, err
		}
		r.id = content.ID(strings.Clone(id))
	} else if r.id, r.entry, err = c.decode(p.view, doc); err != nil {
		return r, err
	}
	switch v := doc.at(p.order.steps...); v.kind {
	case bson.TypeDateTime:
		r.value = v.time()
	case bson.TypeString:
		s, _ := v.text()
		r.value = strings.Clone(s)
	case bson.TypeNull: // of a working copy
	default:
		r.value, err = v.integer()
	}
	return r, err
}

// find reads what a filter holds for, an element at a time.
func (c *Collection[T, F]) find(ctx context.Context, filter bson.D, opts *options.FindOptionsBuilder, each func(*mongo.Cursor) error) error {
	cursor, err := c.coll.Find(ctx, filter, opts)
	if err != nil {
		return fail(err)
	}
	return drain(ctx, cursor, each)
}

// drain gives every element of a cursor to a function and closes it.
func drain(ctx context.Context, cursor *mongo.Cursor, each func(*mongo.Cursor) error) error {
	defer func() { _ = cursor.Close(ctx) }()
	for cursor.Next(ctx) {
		if err := each(cursor); err != nil {
			return err
		}
	}
	return fail(cursor.Err())
}

// parentKey says in a united row which parent it is for.
const parentKey = "parent"

// parentIs has a united row say so.
func parentIs(i int) bson.E {
	return bson.E{Key: parentKey, Value: bson.D{{Key: "$literal", Value: i}}}
}

// soleLink is what a united row is to be read with besides, so that parent tells which one it is for: its only link of the kind that
// its parents have it by. It stands in the index of the hint, so that bare places are read from that alone; parent is nil where there is
// no such link.
func (c *Collection[T, F]) soleLink(p *page, parents []Within, hint bson.D) (read bson.E, parent func(bson.Raw) int) {
	if !p.bare || len(hint) != 3 || !c.single[strings.TrimPrefix(hint[0].Key, p.at)] {
		return read, nil
	}
	places := map[string]int{}
	for i, w := range parents {
		if len(w.Any) > 0 && w.Any[0].path(p.view) == hint[0].Key {
			places[string(w.Any[0].IDs[0])] = i
		}
	}
	if len(places) < len(parents) { // two of them are the same, or have it by another
		return read, nil
	}
	path := strings.Split(hint[0].Key, ".")
	return bson.E{Key: hint[0].Key, Value: 1}, func(row bson.Raw) int {
		id, _ := row.Lookup(path...).StringValueOK()
		return places[id]
	}
}

// unite runs one pipeline for each parent as one command ($unionWith). Each keeps the index and the limit of its own; the hint,
// if there is one, is for all. Which parent a row is for, parent tells, or parentKey where that is nil.
func (c *Collection[T, F]) unite(ctx context.Context, parents []Within, most int, hint bson.D, parent func(bson.Raw) int, pipeline func(int) mongo.Pipeline, each func(int, *mongo.Cursor) error) error {
	all := pipeline(0)
	for i := 1; i < len(parents); i++ {
		all = append(all, bson.D{{Key: "$unionWith", Value: bson.D{{Key: "coll", Value: c.name}, {Key: "pipeline", Value: pipeline(i)}}}})
	}
	opts := options.Aggregate().SetBatchSize(int32(most + 1))
	if hint != nil {
		opts.SetHint(hint)
	}
	if parent == nil {
		parent = func(row bson.Raw) int {
			i, _ := row.Lookup(parentKey).AsInt64OK()
			return int(i)
		}
	}
	cursor, err := c.coll.Aggregate(ctx, all, opts)
	if err != nil {
		return fail(err)
	}
	return drain(ctx, cursor, func(cursor *mongo.Cursor) error { return each(parent(cursor.Current), cursor) })
}

// sieveBatch is how many elements the embedded engine hands over at once.
const sieveBatch = 100_000

// sieve stands in for unite on an engine without $unionWith: it reads the lists of
// all parents as one, in order, and tells for each element whose it is.
func (c *Collection[T, F]) sieve(ctx context.Context, p *page, parents []Within, bounds []side, read bson.D, each func(int, *mongo.Cursor) error) error {
	links := map[string][]content.ID{}
	for _, w := range parents {
		for _, l := range w.Any {
			links[l.Field] = append(links[l.Field], l.IDs...)
		}
	}
	all := Within{}
	for field, ids := range links {
		link := Link{field, ids}
		all.Any = append(all.Any, link)
		if field != "_id" && !slices.ContainsFunc(read, func(e bson.E) bool { return e.Key == link.path(p.view) }) {
			read = append(read, bson.E{Key: link.path(p.view), Value: 1})
		}
	}
	return c.find(ctx, p.filter(all, bounds), options.Find().SetSort(p.order.sort(p.reversed)).SetBatchSize(sieveBatch).SetProjection(read),
		func(cursor *mongo.Cursor) error {
			has := map[string][]string{"_id": stringsAt(cursor.Current, []string{"_id"})}
			for field := range links {
				has[field] = stringsAt(cursor.Current, strings.Split(Link{Field: field}.path(p.view), "."))
			}
			for i, w := range parents {
				if w.holds(has) {
					if err := each(i, cursor); err != nil {
						return err
					}
				}
			}
			return nil
		})
}

// holds tells whether an element with some linked ids is within.
func (w Within) holds(has map[string][]string) bool {
	if id := has["_id"]; w.Not != "" && len(id) > 0 && id[0] == string(w.Not) {
		return false
	}
	return len(w.Any) == 0 || slices.ContainsFunc(w.Any, func(l Link) bool {
		return slices.ContainsFunc(has[l.Field], func(id string) bool { return slices.Contains(l.IDs, content.ID(id)) })
	})
}

// stringsAt are the strings at a path of a document, through arrays on the way.
func stringsAt(doc bson.Raw, path []string) []string {
	v, err := doc.LookupErr(path[0])
	if err != nil {
		return nil
	}
	values := []bson.RawValue{v}
	if array, ok := v.ArrayOK(); ok {
		values, _ = array.Values()
	}
	var found []string
	for _, v := range values {
		if s, ok := v.StringValueOK(); ok && len(path) == 1 {
			found = append(found, s)
		} else if inner, ok := v.DocumentOK(); ok && len(path) > 1 {
			found = append(found, stringsAt(inner, path[1:])...)
		}
	}
	return found
}
