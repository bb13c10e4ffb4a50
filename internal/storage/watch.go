package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// A store on a server can go away in part while programs use it: the database is dropped, or another one stands in its
// place, or a collection or indexes of it are gone. Each program keeps watch. While something is wrong it answers nothing
// ([guarded]) and gives nothing that it kept. Between two checks [Store.Confirm] checks what a cache may keep.

// identityID names the settings that tell this store from any other.
const identityID = "store"

// identity is what tells this store from any other: a text at random, made at the first start.
type identity struct {
	ID    string `json:"_id"`
	Store string `json:"store"`
}

// watch is what a program knows of the store that it serves.
type watch struct {
	// identity is the store's; nil until it was prepared.
	identity atomic.Pointer[string]
	// tables tells each table that lasts from any other one that may take its place, by its name.
	tables sync.Map
	// look has the indexes looked at soon.
	look chan struct{}
}

// adopt learns which store this is, and makes a new one that.
func (s *Store) adopt(ctx context.Context) error {
	if s.watch.identity.Load() != nil {
		return nil
	}
	table := s.guard.Engine.Table(settings)
	found, err := findOne[identity](ctx, table, engine.ByID(identityID))
	if found == nil && err == nil {
		_, err = table.Write(ctx, engine.Insert(identity{identityID, rand.Text()}))
		if err == nil || errors.Is(err, engine.ErrDuplicate) { // of several servers one was first
			found, err = findOne[identity](ctx, table, engine.ByID(identityID))
		}
	}
	if found == nil || err != nil {
		return err
	}
	s.watch.identity.Store(&found.Store)
	return nil
}

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

// verifyTables is verify for a store whose identity is right: it is not whole while a table is another one. One that was
// restored as a whole, its identity with it, is gone on with when nobody has written to it for a while.
func (s *Store) verifyTables(ctx context.Context, mayGoOn bool) {
	err := s.Confirm(ctx, s.lasting()...)
	if errors.Is(err, errReplaced) && mayGoOn && s.FeedLag() < silence && s.feed.quiet() {
		s.watch.tables.Clear()
		err = nil
	}
	if err == nil && mayGoOn && s.guard.check() != nil {
		s.goOn(ctx)
	}
}

// restored is how long nobody writes to a store that is being restored before that counts as done. Tests shorten it.
var restored = 5 * time.Second

// errReplaced tells that the store is not there any more.
var errReplaced = content.Errorf(content.CodeUnavailable,
	"The database was dropped or replaced. Restore it, or restart this server to begin with what is there now.")

// errIndexes tells that the store can't serve because its indexes are gone.
var errIndexes = content.Errorf(content.CodeUnavailable, "Indexes of the database are missing and are being made again.")

// stop has nothing given from the store, for a reason, and forgets what was kept.
func (s *Store) stop(ctx context.Context, why error) {
	if before := s.guard.wrong.Swap(&why); before == nil || (*before).Error() != why.Error() {
		s.log.ErrorContext(ctx, "the store can't serve", "err", why)
	}
	s.changed(Change{})
}

// goOn takes the store up again as it is now, with all its indexes.
func (s *Store) goOn(ctx context.Context) {
	before := s.guard.wrong.Load()
	err := s.prepare(ctx, func(string) {})
	if err != nil && s.guard.wrong.Load() == before {
		s.stop(ctx, &content.Error{Code: content.CodeUnavailable, Message: errIndexes.Message, Vietnamese: errIndexes.Vietnamese, Cause: err})
	}
	if err != nil || !s.guard.wrong.CompareAndSwap(before, nil) { // something else went wrong meanwhile
		return
	}
	s.changed(Change{})
	s.log.InfoContext(ctx, "the store serves again")
}

// mend makes the indexes that are missing, while nothing is given.
func (s *Store) mend(ctx context.Context) {
	if s.guard.check() != nil || s.Confirm(ctx, s.lasting()...) != nil {
		return
	}
	for _, of := range s.indexes(s.Site().Languages) {
		all, err := s.engine.Table(of.table).Indexed(ctx, of.indexes...)
		if err != nil || s.guard.check() != nil {
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
			s.measure(ctx)
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
