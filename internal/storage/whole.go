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

// whole tells whether those of some tables that last are the ones that the program found at first. Where one is gone, or
// another one has its name, nothing is given any more. A table that came to be meanwhile is one of them from now on.
//
// It sees the primary's tables as they are when it asks. What was read before it, and was empty because a table had been
// dropped, is found out so.
func (s *Store) whole(ctx context.Context, tables ...string) error {
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

// doubting is a guarded engine for what readers are shown, which is kept and passed on by caches. A table that was dropped
// answers as an empty one does: that a query finds nothing counts once its table was seen to be there behind it.
type doubting struct {
	*guarded
	whole func(ctx context.Context, tables ...string) error
}

// Table implements engine.Engine.
func (d doubting) Table(name string) engine.Table { return doubtingTable{d.guarded.Table(name), d} }

// doubtingTable is a table of a doubting engine.
type doubtingTable struct {
	engine.Table
	engine doubting
}

// Find implements engine.Table.
func (t doubtingTable) Find(ctx context.Context, q engine.Query, each func(bson.Raw) error) error {
	return t.FindEach(ctx, []engine.Query{q}, func(_ int, doc bson.Raw) error { return each(doc) })
}

// FindEach implements engine.Table.
func (t doubtingTable) FindEach(ctx context.Context, queries []engine.Query, each func(int, bson.Raw) error) error {
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
	return t.engine.whole(ctx, empty...)
}

// Count implements engine.Table.
func (t doubtingTable) Count(ctx context.Context, filters ...bson.D) ([]int, error) {
	counts, err := t.Table.Count(ctx, filters...)
	if err == nil && slices.Contains(counts, 0) {
		err = t.engine.whole(ctx, t.Name())
	}
	return counts, err
}

// Distinct implements engine.Table.
func (t doubtingTable) Distinct(ctx context.Context, path string) ([]string, error) {
	values, err := t.Table.Distinct(ctx, path)
	if err == nil && len(values) == 0 {
		err = t.engine.whole(ctx, t.Name())
	}
	return values, err
}
