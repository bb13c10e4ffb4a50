package embedded

import (
	"context"
	"slices"

	"sen/internal/engine"
)

// Index implements [engine.Table]. The paths of all indexes become columns. Orders and postings are made when they
// are used first.
func (t *table) Index(ctx context.Context, indexes ...engine.Index) error {
	if err := t.db.wait(ctx); err != nil {
		return fail(err)
	}
	defer t.db.done()
	paths := slices.Clone(t.paths)
	for _, index := range indexes {
		for _, key := range index.Keys {
			paths = addColumns(paths, key.Key)
		}
	}
	if len(paths) > len(t.paths) || t.id == 0 {
		if err := t.rebuild(ctx, paths); err != nil {
			return fail(err)
		}
	}
	for _, index := range indexes {
		if !index.Unique {
			continue
		}
		u := unique{sparse: index.Sparse}
		for _, key := range index.Keys {
			u.columns = append(u.columns, t.column(key.Key))
		}
		if err := t.addUnique(u); err != nil {
			return err
		}
	}
	t.warm(indexes)
	return nil
}

// Indexed implements [engine.Table].
func (t *table) Indexed(_ context.Context, indexes ...engine.Index) (bool, error) {
	t.lock.RLock()
	defer t.lock.RUnlock()
	for _, index := range indexes {
		for _, key := range index.Keys {
			if t.column(key.Key) == noColumn {
				return false, nil
			}
		}
	}
	return true, nil
}

// warm makes, in the background, the indexes that lists need first: the orders with which indexes end, and the
// postings of the paths before them. An index whose last key is the `_id` is an index for an order.
func (t *table) warm(indexes []engine.Index) {
	db := t.db
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.open() != nil {
		return
	}
	db.reading.Go(func() {
		t.make("_id", true)
		for _, index := range indexes {
			if n := len(index.Keys) - 1; n > 0 && index.Keys[n].Key == "_id" {
				for i, key := range index.Keys[:n] {
					t.make(key.Key, i == n-1)
				}
			}
		}
	})
}

// make makes the order of a path, or its postings.
func (t *table) make(path string, order bool) {
	t.lock.RLock()
	defer t.lock.RUnlock()
	if column := t.column(path); t.db.open() == nil && column != noColumn {
		if order {
			t.order(orderKey{column: column})
		} else {
			t.postingsOf(column)
		}
	}
}
