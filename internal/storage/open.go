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

// defaultTimeout bounds an operation when the options don't.
const defaultTimeout = 10 * time.Second

// New makes a store. [Store.Prepare] makes it ready.
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

// Prepare reads the site's settings and makes the indexes. It may be called again after it failed. A store that an
// import or a move has not filled to the end is refused.
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

// prepare is Prepare, whether the store is filled to the end or not. It tells which table's indexes it makes.
func (s *Store) prepare(ctx context.Context, indexing func(table string)) error {
	if err := s.adopt(ctx); err != nil {
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

// Ready tells whether the store can serve: it is prepared and answers.
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

// Prepared tells whether the store was made ready once: before, it may be that the site is still put into it.
func (s *Store) Prepared() bool { return s.ready.Load() }

// Close ends what is done in the background. The engine is closed by whoever opened it.
func (s *Store) Close() {
	s.background.end()
	s.background.work.Wait()
}
