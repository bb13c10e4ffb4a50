package storage

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/feed"
)

// A store on a server can be damaged while programs use it: the database is dropped or replaced, or a collection or
// indexes of it are missing. Each program checks for that regularly. While something is wrong, the program answers
// with an error ([guard.Engine]) and does not use its caches. Between two checks, [Store.Confirm] checks what a cache
// may keep.

// verify checks that the store is the one that was prepared, and that nothing fills it. If something is wrong, it
// stops serving. If everything is right again and mayResume is true, it resumes. An error of the engine says nothing
// about the store, so verify ignores it.
func (s *Store) verify(ctx context.Context, mayResume bool) {
	own := s.watch.identity.Load()
	if own == nil {
		return
	}
	var there *identity
	var mark *unfinished
	both := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{identityID, unfinishedID}}}}}
	err := s.guard.Engine.Table(settings).Find(ctx, engine.Query{Filter: both, Batch: 2}, func(raw bson.Raw) error {
		if bsondoc.ID(raw) == identityID {
			there = new(identity)
			return bsondoc.Unmarshal(raw, there)
		}
		mark = new(unfinished)
		return bsondoc.Unmarshal(raw, mark)
	})
	switch {
	case err != nil:
	case there == nil || there.Store != *own:
		s.stop(ctx, errReplaced)
	case mark != nil:
		s.stop(ctx, mark.error())
	default:
		s.verifyTables(ctx, mayResume)
	}
}

// verifyTables continues verify for a store with the right identity. Something is wrong if a table was replaced. But
// after a restore of the whole store, including its identity, verifyTables resumes when nobody has written to the
// store for some time.
func (s *Store) verifyTables(ctx context.Context, mayResume bool) {
	err := s.Confirm(ctx, s.lasting()...)
	if errors.Is(err, errReplaced) && mayResume && s.Feed.Lag() < feed.Silence && s.Feed.Quiet(restored) {
		s.watch.tables.Clear()
		err = nil
	}
	if err == nil && mayResume && s.guard.Check() != nil {
		s.resume(ctx)
	}
}

// restored is how long nobody must have written to a store for its restore to count as done. Tests shorten it.
var restored = 5 * time.Second

// errIndexes means that the store can't serve because indexes are missing.
var errIndexes = content.Errorf(content.CodeUnavailable,
	"Indexes of the database are missing and are being made again.")

// resume prepares the store as it is now, with all its indexes, and resumes serving.
func (s *Store) resume(ctx context.Context) {
	before := s.guard.Wrong.Load()
	err := s.prepare(ctx, func(string) {})
	if err != nil && s.guard.Wrong.Load() == before {
		s.stop(ctx, &content.Error{
			Code: content.CodeUnavailable, Message: errIndexes.Message,
			Vietnamese: errIndexes.Vietnamese, Cause: err,
		})
	}
	if err != nil || !s.guard.Wrong.CompareAndSwap(before, nil) { // something else has gone wrong meanwhile
		return
	}
	s.Feed.Changed(feed.Change{})
	s.log.InfoContext(ctx, "the store serves again")
}

// repairIndexes makes missing indexes. It stops serving until they exist.
func (s *Store) repairIndexes(ctx context.Context) {
	if s.guard.Check() != nil || s.Confirm(ctx, s.lasting()...) != nil {
		return
	}
	for _, of := range s.indexes(s.Site().Languages) {
		all, err := s.engine.Table(of.table).Indexed(ctx, of.indexes...)
		if err != nil || s.guard.Check() != nil {
			return // the next check finds out
		}
		// a dropped collection has no indexes either, and Confirm reports it
		if !all && s.Confirm(ctx, s.lasting()...) == nil {
			s.stop(ctx, errIndexes)
			s.resume(ctx)
			return
		}
	}
}

// The intervals of the checks of the store's identity, of its indexes, and of its clock.
const (
	verifyEvery  = time.Second
	indexesEvery = 30 * time.Second
	clockEvery   = 5 * time.Second
)

// Watch checks the store regularly until the context ends. A local engine needs no checks.
func (s *Store) Watch(ctx context.Context) {
	if s.engine.Local() {
		return
	}
	verify, repairIndexes, clock := time.NewTicker(verifyEvery), time.NewTicker(indexesEvery), time.NewTicker(clockEvery)
	defer verify.Stop()
	defer repairIndexes.Stop()
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-verify.C:
			s.verify(ctx, true)
		case <-repairIndexes.C:
			s.repairIndexes(ctx)
		case <-s.watch.look:
			s.repairIndexes(ctx)
		case <-clock.C:
			s.clock.Measure(ctx, s.guard)
		}
	}
}

// checkSoon checks the store's identity at once, and requests a check of its indexes.
func (s *Store) checkSoon(ctx context.Context) {
	s.verify(ctx, false)
	select {
	case s.watch.look <- struct{}{}:
	default:
	}
}
