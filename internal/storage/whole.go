package storage

import (
	"cmp"
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
)

// lasting are the tables whose documents can't be made again. Others, like that of sessions, may be emptied.
func (s *Store) lasting() []string { return s.archived(true) }

// Confirm reports whether tables in which a read found nothing are still those that the program found at first. A table
// that was dropped answers as an empty one does. So an answer that a cache may keep is confirmed after it was made: where
// a table that lasts is gone, or another one has its name, the store stops and the error is UNAVAILABLE. A table that was
// made since the start is remembered. Confirm asks the primary, in one round trip; on a local engine it asks nothing.
func (s *Store) Confirm(ctx context.Context, tables ...string) error {
	lasting := s.lasting()
	tables = slices.DeleteFunc(slices.Clone(tables), func(name string) bool { return !slices.Contains(lasting, name) })
	if s.engine.Local() || s.watch.identity.Load() == nil || len(tables) == 0 {
		return nil
	}
	there, err := s.guard.Engine.Tables(ctx, tables...)
	if err != nil {
		return err
	}
	for _, name := range tables { // the settings first: without them the whole database is another one
		is, exists := there[name]
		was, known := s.watch.tables.Load(name)
		if exists && !known {
			was, known = s.watch.tables.LoadOrStore(name, is)
		}
		if !known || exists && was == is {
			continue
		}
		why := errReplaced
		if name != settings {
			why = content.Errorf(content.CodeUnavailable,
				"The collection %s was dropped, renamed or replaced. Undo that; or restore it, and restart this server to go on with what is there then.", name)
		}
		s.stop(ctx, why)
		return why
	}
	return nil
}

// shownEngine is the engine for reads of what readers are shown. It notes in which tables a query found nothing, for
// [Store.Confirm].
type shownEngine struct{ engine.Engine }

// Table implements engine.Engine.
func (e shownEngine) Table(name string) engine.Table { return shownTable{e.Engine.Table(name)} }

// shownTable is a table of a shownEngine.
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
