package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/feed"
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
	there, err := s.guard.Tables(ctx, tables...)
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

// identity is what tells this store from any other: a text at random, made at the first start.
type identity struct {
	ID    string `json:"_id"`
	Store string `json:"store"`
}

// adopt learns which store this is, and makes a new one that.
func (s *Store) adopt(ctx context.Context) error {
	if s.watch.identity.Load() != nil {
		return nil
	}
	table := s.guard.Engine.Table(settings)
	found, ok, err := findOne[identity](ctx, table, engine.ByID(identityID))
	if !ok && err == nil {
		_, err = table.Write(ctx, engine.Insert(identity{identityID, rand.Text()}))
		if err == nil || errors.Is(err, engine.ErrDuplicate) { // of several servers one was first
			found, ok, err = findOne[identity](ctx, table, engine.ByID(identityID))
		}
	}
	if !ok || err != nil {
		return err
	}
	s.watch.identity.Store(&found.Store)
	return nil
}

// errReplaced tells that the store is not there any more.
var errReplaced = content.Errorf(content.CodeUnavailable,
	"The database was dropped or replaced. Restore it, or restart this server to begin with what is there now.")

// stop has nothing given from the store, for a reason, and forgets what was kept.
func (s *Store) stop(ctx context.Context, why error) {
	if before := s.guard.Wrong.Swap(&why); before == nil || (*before).Error() != why.Error() {
		s.log.ErrorContext(ctx, "the store can't serve", "err", why)
	}
	s.Feed.Changed(feed.Change{})
}
