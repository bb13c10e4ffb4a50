package guard

import (
	"cmp"
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Shown is the engine for reads whose results readers see. It records the tables in which a query found nothing
// ([engine.NoteEmpty]), since a table that was dropped looks like an empty one.
type Shown struct{ engine.Engine }

// Table implements engine.Engine.
func (e Shown) Table(name string) engine.Table { return shownTable{e.Engine.Table(name)} }

// shownTable is a table of a [Shown] engine.
type shownTable struct{ engine.Table }

// Find implements engine.Table.
func (t shownTable) Find(ctx context.Context, q engine.Query, each func(bson.Raw) error) error {
	return t.FindEach(ctx, []engine.Query{q}, func(_ int, doc bson.Raw) error { return each(doc) })
}

// FindEach implements engine.Table.
func (t shownTable) FindEach(ctx context.Context, queries []engine.Query, each func(int, bson.Raw) error) error {
	found := make([]bool, len(queries))
	err := t.Table.FindEach(ctx, queries, func(i int, doc bson.Raw) error {
		found[i] = true
		return each(i, doc)
	})
	for i, q := range queries {
		if !found[i] && err == nil {
			engine.NoteEmpty(ctx, cmp.Or(q.Table, t.Name()))
		}
	}
	return err
}

// Count implements engine.Table.
func (t shownTable) Count(ctx context.Context, filters ...bson.D) ([]int, error) {
	counts, err := t.Table.Count(ctx, filters...)
	if slices.Contains(counts, 0) {
		engine.NoteEmpty(ctx, t.Name())
	}
	return counts, err
}

// Distinct implements engine.Table.
func (t shownTable) Distinct(ctx context.Context, path string) ([]string, error) {
	values, err := t.Table.Distinct(ctx, path)
	if len(values) == 0 {
		engine.NoteEmpty(ctx, t.Name())
	}
	return values, err
}
