package storage

import (
	"context"
	"slices"

	"sen/internal/content"
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
