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

// lasting returns the tables whose documents can't be made again. Other tables, such as that of sessions, may be
// dropped and made again.
func (s *Store) lasting() []string { return s.archived(true) }

// Confirm checks that tables in which a read found nothing are still the ones that the program found at first. A
// table that was dropped looks like an empty one. So an answer is confirmed after it was made and before a cache
// keeps it. If a lasting table is missing, or another table has its name, Confirm stops serving and returns
// UNAVAILABLE. It remembers a table that was made since the start. Confirm asks the primary, in one round trip. On a
// local engine it asks nothing.
func (s *Store) Confirm(ctx context.Context, tables ...string) error {
	if s.engine.Local() || s.watch.identity.Load() == nil || len(tables) == 0 {
		return nil
	}
	lasting := s.lasting()
	tables = slices.DeleteFunc(slices.Clone(tables), func(name string) bool { return !slices.Contains(lasting, name) })
	if len(tables) == 0 {
		return nil
	}
	there, err := s.guard.Tables(ctx, tables...)
	if err != nil {
		return err
	}
	for _, name := range tables { // settings come first: if they are missing, the whole database was replaced
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

// identity distinguishes this store from any other. It is a random text that is made at the first start.
type identity struct {
	ID    string `json:"_id"`
	Store string `json:"store"`
}

// learnIdentity reads the store's identity. It makes one for a new store.
func (s *Store) learnIdentity(ctx context.Context) error {
	if s.watch.identity.Load() != nil {
		return nil
	}
	table := s.guard.Engine.Table(settings)
	found, ok, err := findOne[identity](ctx, table, engine.ByID(identityID))
	if !ok && err == nil {
		_, err = table.Write(ctx, engine.Insert(identity{identityID, rand.Text()}))
		// several servers may start at the same time: the first one wins
		if err == nil || errors.Is(err, engine.ErrDuplicate) {
			found, ok, err = findOne[identity](ctx, table, engine.ByID(identityID))
		}
	}
	if !ok || err != nil {
		return err
	}
	s.watch.identity.Store(&found.Store)
	return nil
}

// errReplaced means that the store does not exist any more.
var errReplaced = content.Errorf(content.CodeUnavailable,
	"The database was dropped or replaced. Restore it, or restart this server to begin with what is there now.")

// stop makes the store refuse every operation, with an error, and invalidates the caches.
func (s *Store) stop(ctx context.Context, why error) {
	if before := s.guard.Wrong.Swap(&why); before == nil || (*before).Error() != why.Error() {
		s.log.ErrorContext(ctx, "the store can't serve", "err", why)
	}
	s.Feed.Changed(feed.Change{})
}
