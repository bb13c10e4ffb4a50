package newsroom_test

import (
	"context"
	"testing"
	"time"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/newsroom"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// busyEngine is an engine in which every write of a tag waits and then finds that another write came first.
type busyEngine struct {
	engine.Engine
	wait time.Duration
}

type busyTable struct {
	engine.Table
	wait time.Duration
}

func (e busyEngine) Table(name string) engine.Table {
	table := e.Engine.Table(name)
	if name == "tags" {
		return busyTable{table, e.wait}
	}
	return table
}

// WriteEach reports that no document has the expected version.
func (t busyTable) WriteEach(context.Context, ...engine.Change) (int, []int, error) {
	time.Sleep(t.wait)
	return 0, nil, nil
}

// TestMergeUnderConstantChanges merges a change into an entry that others change all the time. The result is a
// conflict, also when the request's time ends before all attempts were made.
func TestMergeUnderConstantChanges(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		room := newsroom.New(testkit.Store(t, e), newsroom.Options{Log: testkit.Log(t)})
		made, err := room.Do(editor(context.Background()), vietnamese, newsroom.Change{
			Action: content.ActionCreate, Kind: content.KindTag, Input: newsroom.Input{"name": text("Khuyến công")},
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct{ wait, within time.Duration }{
			"all attempts": {0, time.Minute}, "no time": {100 * time.Millisecond, 300 * time.Millisecond},
		} {
			t.Run(name, func(t *testing.T) {
				store := storage.New(storage.Options{Engine: busyEngine{e.Open(t), c.wait}, Log: testkit.Log(t)})
				t.Cleanup(store.Close)
				if err := store.Prepare(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(editor(context.Background()), c.within)
				defer cancel()
				_, err := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)}).Do(ctx, vietnamese, newsroom.Change{
					Action: content.ActionUpdate, ID: made.ID, Version: 1, Merge: true,
					Input: newsroom.Input{"name": text("Khuyến nông")},
				})
				if content.CodeOf(err) != content.CodeConflict {
					t.Errorf("the error is %v", err)
				}
			})
		}
	})
}
