package storage_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// heldEngine is an engine whose reads of tags are held back until the test releases them. Their results are as old as
// their beginning.
type heldEngine struct {
	engine.Engine
	reads          *atomic.Int32
	reached, letGo chan struct{}
}

func (e heldEngine) Table(name string) engine.Table {
	table := e.Engine.Table(name)
	if name == "tags" {
		return heldTable{table, e}
	}
	return table
}

type heldTable struct {
	engine.Table
	of heldEngine
}

// FindEach implements [engine.Table].
func (t heldTable) FindEach(ctx context.Context, queries []engine.Query, each func(int, bson.Raw) error) error {
	t.of.reads.Add(1)
	err := t.Table.FindEach(ctx, queries, each)
	t.of.reached <- struct{}{}
	<-t.of.letGo
	return err
}

// waitingContext reports when a request waits for its end, as a request does that shares a read.
type waitingContext struct {
	context.Context
	waits func()
}

// Done implements [context.Context].
func (c waitingContext) Done() <-chan struct{} {
	c.waits()
	return c.Context.Done()
}

// tagged is the result of a request for a list of tags.
type tagged struct {
	name  string
	trips int
	err   error
	done  chan struct{}
}

// TestEqualLists makes requests for the same list while it is being read. All but the first share the next read,
// which begins after each of them was made. A request that gives up does not end the others.
func TestEqualLists(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		writer := testkit.UncachedStore(t, e)
		tag := &content.Tag{
			Base: content.Base{ID: "tag_a", Slug: "a", Version: 1, PublishedAt: testkit.NewClock().Now()},
			Name: content.Text{"vi": "Cũ"},
		}
		if err := writer.Tags.Put(t.Context(), []*content.Entry[*content.Tag]{content.NewEntry(tag, true)}); err != nil {
			t.Fatal(err)
		}
		held := heldEngine{e.Open(t), new(atomic.Int32), make(chan struct{}), make(chan struct{})}
		store := storage.New(storage.Options{Engine: held, Log: testkit.Log(t)})
		t.Cleanup(store.Close)
		if err := store.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		ask := func(ctx context.Context, l storage.List[*content.TagFilter]) *tagged {
			got := &tagged{done: make(chan struct{})}
			l.Fields = []string{"name"}
			all.Go(func() {
				defer close(got.done)
				ctx, trips := engine.CountTrips(ctx)
				pages, err := store.Tags.Pages(ctx, l, []storage.Within{{}})
				if got.trips, got.err = trips.Count(), err; err == nil {
					got.name = pages[0].Nodes[0].Name["vi"]
				}
			})
			return got
		}

		before := ask(t.Context(), storage.List[*content.TagFilter]{})
		<-held.reached
		changed := map[content.ID]map[string]any{"tag_a": {"name": content.Text{"vi": "Mới"}}}
		if err := writer.Tags.SetDerived(t.Context(), content.StagePublished, changed); err != nil {
			t.Fatal(err)
		}
		impatient, giveUp := context.WithCancel(t.Context())
		defer giveUp()
		askAndWait := func(ctx context.Context) *tagged {
			joined := make(chan struct{})
			got := ask(waitingContext{ctx, sync.OnceFunc(func() { close(joined) })}, storage.List[*content.TagFilter]{})
			<-joined
			return got
		}
		gone := askAndWait(impatient) // the read that the others share is made for this request
		var after []*tagged
		for range 5 {
			after = append(after, askAndWait(t.Context()))
		}
		other := ask(t.Context(), storage.List[*content.TagFilter]{First: new(1)})
		<-held.reached // another list waits for nobody
		giveUp()
		<-gone.done

		close(held.letGo)
		go func() {
			for range held.reached { // the loop ends with the test
			}
		}()
		all.Wait()
		close(held.reached)
		if before.name != "Cũ" || before.err != nil {
			t.Errorf("the first request got %+v", before)
		}
		if !errors.Is(gone.err, context.Canceled) {
			t.Errorf("the request that gave up got %+v", gone)
		}
		for _, got := range append(after, other) {
			if got.name != "Mới" || got.trips != 1 || got.err != nil {
				t.Errorf("the request after the change got %+v", got)
			}
		}
		if n := held.reads.Load(); n != 3 {
			t.Errorf("eight requests for two lists took %d reads, want 3", n)
		}
	})
}
