package guard

import (
	"cmp"
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Verified is an engine for answers that are kept and passed on. A table that was dropped answers as an empty one does,
// so an answer in which nothing is found counts only when Verify has seen afterwards that its table is there.
type Verified struct {
	engine.Engine
	// Verify tells what is wrong with some tables.
	Verify func(ctx context.Context, tables ...string) error
}

// Table implements engine.Engine.
func (v Verified) Table(name string) engine.Table {
	return verifiedTable{v.Engine.Table(name), v.Verify}
}

// verifiedTable is a table of a [Verified] engine.
type verifiedTable struct {
	engine.Table
	verify func(ctx context.Context, tables ...string) error
}

// Find implements engine.Table.
func (t verifiedTable) Find(ctx context.Context, q engine.Query, each func(bson.Raw) error) error {
	return t.FindEach(ctx, []engine.Query{q}, func(_ int, doc bson.Raw) error { return each(doc) })
}

// FindEach implements engine.Table.
func (t verifiedTable) FindEach(ctx context.Context, queries []engine.Query, each func(int, bson.Raw) error) error {
	found := make([]bool, len(queries))
	err := t.Table.FindEach(ctx, queries, func(i int, doc bson.Raw) error {
		found[i] = true
		return each(i, doc)
	})
	var empty []string
	for i, q := range queries {
		if name := cmp.Or(q.Table, t.Name()); !found[i] && !slices.Contains(empty, name) {
			empty = append(empty, name)
		}
	}
	if err != nil || empty == nil {
		return err
	}
	return t.verify(ctx, empty...)
}

// Count implements engine.Table.
func (t verifiedTable) Count(ctx context.Context, filters ...bson.D) ([]int, error) {
	counts, err := t.Table.Count(ctx, filters...)
	if err == nil && slices.Contains(counts, 0) {
		err = t.verify(ctx, t.Name())
	}
	return counts, err
}

// Distinct implements engine.Table.
func (t verifiedTable) Distinct(ctx context.Context, path string) ([]string, error) {
	values, err := t.Table.Distinct(ctx, path)
	if err == nil && len(values) == 0 {
		err = t.verify(ctx, t.Name())
	}
	return values, err
}
