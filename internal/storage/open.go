package storage

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"sen/internal/content"
	"sen/internal/storage/feed"
	"sen/internal/storage/guard"
	"sen/internal/storage/lease"
)

// defaultTimeout bounds an operation if the options don't.
const defaultTimeout = 10 * time.Second

// New returns a store. It must be prepared by [Store.Prepare].
func New(o Options) *Store {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	guarded := &guard.Engine{Engine: o.Engine}
	s := &Store{engine: guarded, shown: guarded, guard: guarded, program: rand.Text(), log: o.Log, timeout: o.Timeout}
	if !o.Engine.Local() {
		s.shown = guard.Shown{Engine: guarded}
	}
	s.watch.look = make(chan struct{}, 1)
	s.clock = lease.NewClock(o.Clock, o.Log)
	s.Holds = lease.NewHolds(s.engine, s.clock, s.program, o.Timeout, o.Log)
	s.reads.Timeout = o.Timeout
	s.background.ended, s.background.end = context.WithCancel(context.Background())
	s.Feed = feed.New(guarded)
	s.memory = newMemory(s.Feed.Journal, o.EntityBytes, o.PageBytes)
	s.openBuckets()
	s.openCollections()
	s.site.Store(&defaultSite)
	return s
}

// Prepare reads the site's settings and makes the indexes. It may be called again after a failure. It returns an
// error for a store that an import or a move has not filled completely.
func (s *Store) Prepare(ctx context.Context) error {
	err := s.engine.Ready(ctx)
	if err == nil {
		err = s.refuseUnfinished(ctx)
	}
	if err == nil {
		s.clock.Measure(ctx, s.guard)
		err = s.prepare(ctx, func(string) {})
	}
	if err == nil {
		s.guard.Wrong.Store(nil)
	}
	s.unready.Store(&err)
	return err
}

// prepare does what Prepare does, without the check for an unfinished store. It calls indexing with the name of each
// table before it makes the indexes of that table.
func (s *Store) prepare(ctx context.Context, indexing func(table string)) error {
	if err := s.learnIdentity(ctx); err != nil {
		return err
	}
	if err := s.ReadSite(ctx); err != nil {
		return err
	}
	if err := s.prepareIndexes(ctx, s.Site().Languages, indexing); err != nil {
		return err
	}
	if err := s.Confirm(ctx, s.lasting()...); err != nil {
		return err
	}
	s.hints.Store(!s.engine.Local())
	s.ready.Store(true)
	return nil
}

// Ready reports whether the store can serve: it is prepared and the engine answers.
func (s *Store) Ready(ctx context.Context) error {
	if !s.ready.Load() {
		if why := s.unready.Load(); why != nil && *why != nil {
			return *why
		}
		return content.Errorf(content.CodeUnavailable, "The store is not prepared yet.")
	}
	if err := s.guard.Check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := s.engine.Ready(ctx); err != nil {
		return err
	}
	return s.clock.Check()
}

// Prepared reports whether Prepare has succeeded once. Before that, the store may still be filled with a site.
func (s *Store) Prepared() bool { return s.ready.Load() }

// Close ends the background work. It does not close the engine, which belongs to the caller.
func (s *Store) Close() {
	s.background.end()
	s.background.work.Wait()
}
