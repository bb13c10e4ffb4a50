package newsroom_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// scheduled creates tags that are to be published in one hour and unpublished in two.
func scheduled(t *testing.T, room *newsroom.Newsroom, now time.Time, n int) []content.ID {
	t.Helper()
	ids := makeTags(t, room, n)
	for _, id := range ids {
		for version, c := range []newsroom.Change{
			{Action: content.ActionPublish, At: new(now.Add(time.Hour))},
			{Action: content.ActionUnpublish, At: new(now.Add(2 * time.Hour))},
		} {
			c.ID, c.Version = id, version+1
			if outcome, err := room.Do(editor(context.Background()), vietnamese, c); err != nil || len(outcome.Problems) > 0 {
				t.Fatal(err, outcome)
			}
		}
	}
	return ids
}

// actions lists the actions that were done to an entry, the oldest first.
func actions(t *testing.T, store *storage.Store, id content.ID) (done []content.Action) {
	t.Helper()
	e, _, err := store.Tags.Entry(context.Background(), id)
	if err != nil || e == nil {
		t.Fatal(id, err)
	}
	all := 100
	pages, err := store.Revisions.Pages(context.Background(),
		storage.List[*content.RevisionFilter]{First: &all, Fields: []string{"version", "action"}},
		[]storage.Within{{Any: []storage.Link{{Field: "entry", IDs: []content.ID{id}}}}})
	if err != nil {
		t.Fatal(err)
	}
	byVersion := map[int]content.Action{}
	for _, r := range pages[0].Nodes {
		byVersion[r.Version] = r.Action
	}
	for version := 1; version <= e.Version; version++ {
		done = append(done, byVersion[version])
	}
	return done
}

// TestScheduleOnce lets several servers make the due changes at the same time. Each entry is published once and
// unpublished once, at its time and not earlier.
func TestScheduleOnce(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		clock := testkit.NewClock()
		var rooms []*newsroom.Newsroom
		for range 4 {
			own := store
			if e.Name == "mongodb" { // a separate server each; the embedded engine serves one program only
				own = testkit.Store(t, e)
			}
			rooms = append(rooms, newsroom.New(own, newsroom.Options{Now: clock.Now, Log: testkit.Log(t)}))
		}
		ids := scheduled(t, rooms[0], clock.Now(), 20)
		for _, hour := range []struct {
			by   string
			made int64
		}{{"59m59s", 0}, {"1s", 20}, {"59m59s", 0}, {"1s", 20}, {"1h", 0}} {
			clock.Forward(t, hour.by)
			var made atomic.Int64
			var servers sync.WaitGroup
			for _, room := range rooms {
				servers.Go(func() {
					n, err := room.RunDue(context.Background())
					made.Add(int64(n))
					if err != nil {
						t.Error(err)
					}
				})
			}
			servers.Wait()
			if made.Load() != hour.made {
				t.Errorf("%s later %d changes were made, want %d", hour.by, made.Load(), hour.made)
			}
		}
		want := []content.Action{
			content.ActionCreate, content.ActionPublish, content.ActionUnpublish, content.ActionPublish,
			content.ActionUnpublish,
		}
		for _, id := range ids {
			done := actions(t, store, id)
			if !slices.Equal(done, want) {
				t.Errorf("%s: %v, want %v", id, done, want)
			}
		}
	})
}

// TestScheduleSurvivesRestart schedules a publication, stops the program, and starts another one after the time has
// passed. The new program publishes the entry.
func TestScheduleSurvivesRestart(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		clock := testkit.NewClock()
		before := testkit.Store(t, e)
		ids := scheduled(t, newsroom.New(before, newsroom.Options{Now: clock.Now, Log: testkit.Log(t)}), clock.Now(), 1)
		before.Close()
		clock.Forward(t, "90m")
		after := testkit.Store(t, e)
		ctx, stop := context.WithCancel(context.Background())
		var keeper sync.WaitGroup
		keeper.Go(func() { newsroom.New(after, newsroom.Options{Now: clock.Now, Log: testkit.Log(t)}).Keep(ctx) })
		defer keeper.Wait()
		defer stop()
		published := func() bool {
			found, err := after.Tags.ByIDs(context.Background(), ids, content.StagePublished, nil)
			if err != nil {
				t.Fatal(err)
			}
			return found[ids[0]] != nil
		}
		for waited := time.Duration(0); !published(); waited += 50 * time.Millisecond {
			if waited > time.Minute {
				t.Fatal("it was never published")
			}
			time.Sleep(50 * time.Millisecond)
		}
		clock.Forward(t, "1h")
		for waited := time.Duration(0); published(); waited += 50 * time.Millisecond {
			if waited > time.Minute {
				t.Fatal("it was never withdrawn")
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
}
