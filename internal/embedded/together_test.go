package embedded

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
)

// TestOneWriterWins checks that exactly one wins of many writers whose filters name the same version.
func TestOneWriterWins(t *testing.T) {
	table := started(t, t.TempDir()).Table("things")
	write(t, table, engine.Insert(M{"_id": "a", "version": 0}))
	var won atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for version := range 30 {
				n, err := table.Write(t.Context(),
					engine.Update(D{{Key: "_id", Value: "a"}, {Key: "version", Value: version}}, engine.Set("version", version+1)))
				if err != nil {
					t.Error(err)
				}
				won.Add(int64(n))
			}
		})
	}
	all.Wait()
	if won.Load() != 30 {
		t.Errorf("%d writers won in 30 versions", won.Load())
	}
}

// TestConcurrentReaders checks that concurrent writes make no reader miss a document or see a version that does
// not match its filter.
func TestConcurrentReaders(t *testing.T) {
	db := started(t, t.TempDir())
	things := db.table("things")
	table := engine.Table(things)
	index(t, table, "n", "set", "twin")
	const documents = 60
	for i := range documents {
		write(t, table,
			engine.Insert(M{"_id": fmt.Sprintf("%03d", i), "n": i, "set": i % 3, "twin": 0, "body": M{"twin": 0, "i": i}}))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	var all sync.WaitGroup
	for w := range 2 {
		all.Go(func() {
			d := rand.New(rand.NewPCG(uint64(w), 3))
			for k := 1; ctx.Err() == nil; k++ {
				id := fmt.Sprintf("%03d", d.IntN(documents))
				set := D{{
					Key:   "$set",
					Value: D{{Key: "n", Value: d.IntN(1000)}, {Key: "twin", Value: k}, {Key: "body.twin", Value: k}},
				}}
				_, err := table.Write(context.WithoutCancel(ctx), engine.Update(engine.ByID(id), set),
					engine.Insert(M{"_id": fmt.Sprint("x", w, k), "set": 9}), engine.Delete(engine.ByID(fmt.Sprint("x", w, k-1))))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	queries := []engine.Query{
		{Filter: D{{Key: "set", Value: D{{Key: "$lt", Value: 3}}}}, Sort: D{{Key: "n", Value: 1}, {Key: "_id", Value: 1}}},
		{Filter: D{{Key: "body.i", Value: D{{Key: "$gte", Value: 0}}}}},
		{
			Filter: D{{Key: "set", Value: D{{Key: "$in", Value: A{0, 1, 2}}}}}, Sort: D{{Key: "twin", Value: -1}},
			Limit: documents,
		},
	}
	for range 3 {
		all.Go(func() {
			for ctx.Err() == nil {
				counts := make([]int, len(queries))
				err := table.FindEach(context.WithoutCancel(ctx), queries, func(i int, doc bson.Raw) error {
					counts[i]++
					if doc.Lookup("twin").AsInt64() != doc.Lookup("body", "twin").AsInt64() {
						t.Errorf("a document of two versions: %v", doc)
					}
					return nil
				})
				if err != nil || counts[0] != documents || counts[1] != documents || counts[2] != documents {
					t.Errorf("the queries find %v documents: %v", counts, err)
				}
				if n, err := table.Count(t.Context(), queries[0].Filter, queries[1].Filter); err != nil || n[0] != documents ||
					n[1] != documents {
					t.Errorf("%v are counted: %v", n, err)
				}
			}
		})
	}
	all.Wait()
	checkIndexes(t, things)
}

// TestNested checks that a function that reads documents may call the engine, and that large results come in parts.
func TestNested(t *testing.T) {
	db := started(t, t.TempDir())
	table := db.Table("things")
	var changes []engine.Change
	for i := range 300 {
		changes = append(changes, engine.Insert(M{"_id": fmt.Sprintf("%03d", i), "bytes": make([]byte, 10_000)}))
	}
	write(t, table, changes...)
	n := 0
	err := table.Find(t.Context(), engine.Query{}, func(doc bson.Raw) error {
		n++
		id := doc.Lookup("_id").StringValue()
		write(t, table, engine.Update(engine.ByID(id), engine.Set("seen", true)))
		if id == "299" { // the document is removed by now, but the reading shows an earlier state
			return nil
		}
		if found := all(t, table, engine.Query{Filter: engine.ByID(id)}); len(found) != 1 ||
			!found[0].Lookup("seen").Boolean() {
			t.Errorf("%s is not seen", id)
		}
		if n == 1 {
			write(t, table, engine.Delete(engine.ByID("299")))
		}
		return nil
	})
	if err != nil || n != 300 {
		t.Errorf("%d documents: %v", n, err)
	}
	stop := errors.New("stop")
	if err := table.Find(t.Context(), engine.Query{}, func(bson.Raw) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a function that stops: %v", err)
	}
	if len(db.readers) == 0 || len(db.readers) > kept {
		t.Errorf("%d connections are left", len(db.readers))
	}
}

// TestContexts checks the effect of the end of a context.
func TestContexts(t *testing.T) {
	db := started(t, t.TempDir())
	table := db.Table("things")
	write(t, table, engine.Insert(M{"_id": "a", "n": 1}))
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	gone, end := context.WithCancel(t.Context())
	end()
	db.writer <- struct{}{} // another call writes
	soon, cancelSoon := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancelSoon()
	if _, err := table.Write(soon, engine.Insert(M{"_id": "b"})); content.CodeOf(err) != content.CodeUnavailable {
		t.Errorf("a write that waits too long: %v", err)
	}
	if len(db.calls) > 0 {
		t.Error("it waits still")
	}
	db.done()
	for name, call := range map[string]func(context.Context) error{
		"find": func(ctx context.Context) error {
			return table.Find(ctx, engine.Query{}, func(bson.Raw) error { return nil })
		},
		"count":    func(ctx context.Context) error { _, err := table.Count(ctx, nil); return err },
		"distinct": func(ctx context.Context) error { _, err := table.Distinct(ctx, "n"); return err },
		"write":    func(ctx context.Context) error { _, err := table.Write(ctx, engine.Delete(nil)); return err },
		"modify":   func(ctx context.Context) error { _, _, err := table.Modify(ctx, nil, engine.Set("n", 2)); return err },
		"index":    func(ctx context.Context) error { return table.Index(ctx, engine.Index{Keys: D{{Key: "x", Value: 1}}}) },
	} {
		if err := call(late); content.CodeOf(err) != content.CodeUnavailable {
			t.Errorf("%s after its deadline: %v", name, err)
		}
		if err := call(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context: %v", name, err)
		}
	}
	if n, err := table.Count(t.Context(), D{{Key: "n", Value: 1}}, nil); err != nil || n[0] != 1 || n[1] != 1 {
		t.Errorf("%v documents are as they were: %v", n, err)
	}
}

// TestTrips checks that every call counts as one round trip and is reported.
func TestTrips(t *testing.T) {
	db := started(t, t.TempDir())
	table := db.Table("things")
	var told []string
	db.OnCommand(func(command string, took time.Duration, failed bool) {
		told = append(told, fmt.Sprintf("%s failed: %t, took: %t", command, failed, took > 0))
	})
	ctx, trips := engine.CountTrips(t.Context())
	_, _ = table.Write(ctx, engine.Insert(M{"_id": "a"}), engine.Insert(M{"_id": "b"}))
	_, _ = table.Write(ctx, engine.Insert(M{"_id": "a"}))
	_, _ = table.Count(ctx, nil, nil)
	_ = table.Find(ctx, engine.Query{Filter: D{{Key: "$where", Value: 1}}}, nil)
	want := []string{
		"write failed: false, took: true", "write failed: false, took: true",
		"count failed: false, took: true", "find failed: true, took: true",
	}
	if trips.Count() != 4 || !slices.Equal(told, want) {
		t.Errorf("%d trips, reported were %q", trips.Count(), told)
	}
	if names, err := db.Tables(t.Context()); err != nil || fmt.Sprint(names) != "map[things:]" || !db.Local() {
		t.Errorf("the tables are %v: %v", names, err)
	}
}
