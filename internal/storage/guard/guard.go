// Package guard wraps an engine to protect readers from a damaged store. [Engine] refuses to answer while something
// is known to be wrong with the store. [Shown] records the queries that found nothing, since a table that was dropped
// looks like an empty one.
package guard

import (
	"context"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Engine is an engine that returns an error for every operation while its content is known to be wrong. Otherwise an
// empty database in place of the site's would look like a site without content.
type Engine struct {
	engine.Engine
	// Wrong is the error that describes what is wrong, or nil.
	Wrong atomic.Pointer[error]
}

// Check returns the error that describes what is wrong, or nil.
func (g *Engine) Check() error {
	if err := g.Wrong.Load(); err != nil {
		return *err
	}
	return nil
}

// Table implements engine.Engine.
func (g *Engine) Table(name string) engine.Table { return guardedTable{g.Engine.Table(name), g} }

// guardedTable is a table of an [Engine]. It returns an error also if something went wrong during a read.
type guardedTable struct {
	engine.Table
	guard *Engine
}

// do runs work. It returns an error if something is wrong with the store before or after it.
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

// Write implements engine.Table. The result of a write is returned even if something went wrong meanwhile.
func (t guardedTable) Write(ctx context.Context, changes ...engine.Change) (int, error) {
	if err := t.guard.Check(); err != nil {
		return 0, err
	}
	return t.Table.Write(ctx, changes...)
}

// WriteEach implements engine.Table. The result of a write is returned even if something went wrong meanwhile.
func (t guardedTable) WriteEach(ctx context.Context, changes ...engine.Change) (int, []int, error) {
	if err := t.guard.Check(); err != nil {
		return 0, nil, err
	}
	return t.Table.WriteEach(ctx, changes...)
}

// Modify implements engine.Table. The result of a write is returned even if something went wrong meanwhile.
func (t guardedTable) Modify(ctx context.Context, filter, update bson.D) (bson.Raw, bool, error) {
	if err := t.guard.Check(); err != nil {
		return nil, false, err
	}
	return t.Table.Modify(ctx, filter, update)
}
