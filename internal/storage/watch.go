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

// A store on a server can go away in part while programs use it: the database is dropped, or another one stands in its
// place, or a collection or indexes of it are gone. Each program keeps watch. While something is wrong it answers
// nothing ([guard.Engine]) and gives nothing that it kept. Between two checks
// [Store.Confirm] checks what a cache may keep.

// verify tells what is wrong with what is in the store: it is not the one that was prepared, or it is being filled. It
// has nothing given until that is over, which it takes for so only when it may go on. What stops the engine from
// answering tells nothing.
func (s *Store) verify(ctx context.Context, mayGoOn bool) {
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
		s.verifyTables(ctx, mayGoOn)
	}
}

// verifyTables is verify for a store whose identity is right: it is not whole while a table is another one. One that
// was restored as a whole, its identity with it, is gone on with when nobody has written to it for a while.
func (s *Store) verifyTables(ctx context.Context, mayGoOn bool) {
	err := s.Confirm(ctx, s.lasting()...)
	if errors.Is(err, errReplaced) && mayGoOn && s.Feed.Lag() < feed.Silence && s.Feed.Quiet(restored) {
		s.watch.tables.Clear()
		err = nil
	}
	if err == nil && mayGoOn && s.guard.Check() != nil {
		s.goOn(ctx)
	}
}

// restored is how long nobody writes to a store that is being restored before that counts as done. Tests shorten it.
var restored = 5 * time.Second

// errIndexes tells that the store can't serve because its indexes are gone.
var errIndexes = content.Errorf(content.CodeUnavailable, "Indexes of the database are missing and are being made again.")

// goOn takes the store up again as it is now, with all its indexes.
func (s *Store) goOn(ctx context.Context) {
	before := s.guard.Wrong.Load()
	err := s.prepare(ctx, func(string) {})
	if err != nil && s.guard.Wrong.Load() == before {
		s.stop(ctx, &content.Error{Code: content.CodeUnavailable, Message: errIndexes.Message, Vietnamese: errIndexes.Vietnamese, Cause: err})
	}
	if err != nil || !s.guard.Wrong.CompareAndSwap(before, nil) { // something else went wrong meanwhile
		return
	}
	s.Feed.Changed(feed.Change{})
	s.log.InfoContext(ctx, "the store serves again")
}

// mend makes the indexes that are missing, while nothing is given.
func (s *Store) mend(ctx context.Context) {
	if s.guard.Check() != nil || s.Confirm(ctx, s.lasting()...) != nil {
		return
	}
	for _, of := range s.indexes(s.Site().Languages) {
		all, err := s.engine.Table(of.table).Indexed(ctx, of.indexes...)
		if err != nil || s.guard.Check() != nil {
			return // the next look tells
		}
		if !all && s.Confirm(ctx, s.lasting()...) == nil { // a collection that was dropped has none either
			s.stop(ctx, errIndexes)
			s.goOn(ctx)
			return
		}
	}
}

// How often a program looks whether the store is the same, whether the indexes stand, and what time it has.
const (
	verifyEvery = time.Second
	mendEvery   = 30 * time.Second
	clockEvery  = 5 * time.Second
)

// Watch keeps watch over the store until the context ends. A local engine needs none.
func (s *Store) Watch(ctx context.Context) {
	if s.engine.Local() {
		return
	}
	verify, mend, clock := time.NewTicker(verifyEvery), time.NewTicker(mendEvery), time.NewTicker(clockEvery)
	defer verify.Stop()
	defer mend.Stop()
	defer clock.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-verify.C:
			s.verify(ctx, true)
		case <-mend.C:
			s.mend(ctx)
		case <-s.watch.look:
			s.mend(ctx)
		case <-clock.C:
			s.clock.Measure(ctx, s.guard)
		}
	}
}

// suspect looks at once whether the store is the same, and soon whether its indexes stand.
func (s *Store) suspect(ctx context.Context) {
	s.verify(ctx, false)
	select {
	case s.watch.look <- struct{}{}:
	default:
	}
}
