package embedded

import (
	"cmp"
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Find implements [engine.Table].
func (t *table) Find(ctx context.Context, q engine.Query, each func(bson.Raw) error) error {
	return t.FindEach(ctx, []engine.Query{q}, func(_ int, document bson.Raw) error { return each(document) })
}

// FindEach implements [engine.Table].
func (t *table) FindEach(ctx context.Context, queries []engine.Query, each func(int, bson.Raw) error) (err error) {
	end := t.trip(ctx, "find")
	r := reading{t: t, ctx: ctx, each: each}
	defer func() { end(err, r.busy) }()
	if err := r.find(queries); err != nil {
		r.close()
		return failIn(ctx, err)
	}
	return nil
}

// Count implements [engine.Table].
func (t *table) Count(ctx context.Context, filters ...bson.D) (counts []int, err error) {
	end := t.trip(ctx, "count")
	defer func() { end(err, 0) }()
	counts = make([]int, len(filters))
	for i, filter := range filters {
		if counts[i], err = t.countOf(ctx, filter); err != nil {
			return nil, failIn(ctx, err)
		}
	}
	return counts, nil
}

// countOf counts the documents that match a filter.
func (t *table) countOf(ctx context.Context, filter bson.D) (n int, err error) {
	if err := cmp.Or(ctx.Err(), t.db.open()); err != nil {
		return 0, err
	}
	t.lock.RLock()
	f, err := t.compile(filter)
	if err == nil && !f.documents() {
		n, err = t.countRows(ctx, f)
		t.lock.RUnlock()
		return n, err
	}
	t.lock.RUnlock()
	if err != nil {
		return 0, err
	}
	r := reading{t: t, ctx: ctx, each: func(int, bson.Raw) error {
		n++
		return nil
	}}
	if err = r.find([]engine.Query{{Filter: filter, Fields: bson.D{{Key: "_id", Value: 1}}}}); err != nil {
		r.close()
	}
	return n, err
}

// Distinct implements [engine.Table].
func (t *table) Distinct(ctx context.Context, path string) (found []string, err error) {
	end := t.trip(ctx, "distinct")
	defer func() { end(err, 0) }()
	if err := cmp.Or(ctx.Err(), t.db.open()); err != nil {
		return nil, fail(err)
	}
	seen := map[string]bool{}
	add := func(v value) {
		if v.kind == bson.TypeString && !seen[v.data] {
			seen[v.data] = true
			found = append(found, v.data)
		}
	}
	t.lock.RLock()
	column := t.column(path)
	if column != noColumn {
		defer t.lock.RUnlock()
		for _, r := range t.rows {
			if column == idColumn {
				add(r.sortValue(column, false))
			} else {
				valuesOf(r.cell(column), add)
			}
		}
		return found, nil
	}
	t.lock.RUnlock()
	cells := newCellReader([]string{path}, false)
	r := reading{t: t, ctx: ctx, each: func(_ int, doc bson.Raw) error {
		all, err := cells.read(string(doc))
		if err == nil {
			valuesOf(string(all[0]), add)
		}
		return err
	}}
	if err := r.find([]engine.Query{{Fields: bson.D{{Key: path, Value: 1}}}}); err != nil {
		r.close()
		return nil, failIn(ctx, err)
	}
	return found, nil
}
