// Package guard wraps an engine so that a store in which something is wrong gives no answers: [Engine] while that is
// known; [Shown] notes where an answer is empty, which may mean that a table was dropped.
package guard

import (
	"context"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Engine is an engine that answers nothing while something is wrong with what is in it: an empty database in the place
// of the site's would answer as a site without content.
type Engine struct {
	engine.Engine
	// Wrong is what is wrong; nil for nothing.
	Wrong atomic.Pointer[error]
}

// Check is what is wrong.
func (g *Engine) Check() error {
	if err := g.Wrong.Load(); err != nil {
		return *err
	}
	return nil
}

// Table implements engine.Engine.
func (g *Engine) Table(name string) engine.Table { return guardedTable{g.Engine.Table(name), g} }

// guardedTable is a table of an [Engine]. What was read while something went wrong is not given either.
type guardedTable struct {
	engine.Table
	guard *Engine
}

// do does something, unless something is wrong before or after it.
func (t guardedTable) do(work func() error) error {
	if err := t.guard.Check(); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	return t.guard.Check()
}

// Index implements engine.Table.
func (t guardedTable) Index(ctx context.Context, indexes ...engine.Index) error {
	return t.do(func() error { return t.Table.Index(ctx, indexes...) })
}

// Find implements engine.Table.
func (t guardedTable) Find(ctx context.Context, q engine.Query, each func(bson.Raw) error) error {
	return t.do(func() error { return t.Table.Find(ctx, q, each) })
}

// FindEach implements engine.Table.
func (t guardedTable) FindEach(ctx context.Context, queries []engine.Query, each func(int, bson.Raw) error) error {
	return t.do(func() error { return t.Table.FindEach(ctx, queries, each) })
}

// Count implements engine.Table.
func (t guardedTable) Count(ctx context.Context, filters ...bson.D) (counts []int, err error) {
	err = t.do(func() error {
		counts, err = t.Table.Count(ctx, filters...)
		return err
	})
	return counts, err
}

// Distinct implements engine.Table.
func (t guardedTable) Distinct(ctx context.Context, path string) (values []string, err error) {
	err = t.do(func() error {
		values, err = t.Table.Distinct(ctx, path)
		return err
	})
	return values, err
}

// Write implements engine.Table. What was written is told as it is.
func (t guardedTable) Write(ctx context.Context, changes ...engine.Change) (int, error) {
	if err := t.guard.Check(); err != nil {
		return 0, err
	}
	return t.Table.Write(ctx, changes...)
}

// WriteEach implements engine.Table. What was written is told as it is.
func (t guardedTable) WriteEach(ctx context.Context, changes ...engine.Change) (int, []int, error) {
	if err := t.guard.Check(); err != nil {
		return 0, nil, err
	}
	return t.Table.WriteEach(ctx, changes...)
}

// Modify implements engine.Table. What was written is told as it is.
func (t guardedTable) Modify(ctx context.Context, filter, update bson.D) (bson.Raw, bool, error) {
	if err := t.guard.Check(); err != nil {
		return nil, false, err
	}
	return t.Table.Modify(ctx, filter, update)
}
