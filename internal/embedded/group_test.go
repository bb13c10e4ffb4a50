package embedded

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"sen/internal/engine"
)

// waiting makes calls while another call writes, so that all wait in a known order.
func waiting(t *testing.T, db *DB, calls ...func()) {
	t.Helper()
	db.writer <- struct{}{}
	var all sync.WaitGroup
	for i, call := range calls {
		all.Go(call)
		for n := 0; n <= i; runtime.Gosched() {
			db.mu.Lock()
			n = len(db.calls)
			db.mu.Unlock()
		}
	}
	db.done()
	all.Wait()
}

// TestOneCommit checks that waiting calls become one commit, and that each gets its own result.
func TestOneCommit(t *testing.T) {
	dir := t.TempDir()
	db := started(t, dir)
	old, stopped := db.Table("old"), errors.New("none")
	write(t, old, engine.Insert(M{"_id": "a", "n": 1}))
	before := db.commits
	waiting(t, db,
		func() { write(t, db.Table("new"), engine.Insert(M{"_id": "a"}), engine.Insert(M{"_id": "b"})) },
		func() { write(t, db.Table("newer"), engine.Insert(M{"_id": "a"})) },
		func() { _, stopped = db.Table("new").Write(t.Context(), engine.Insert(M{"_id": "b"})) },
		func() {
			n, twice, err := db.Table("new").WriteEach(t.Context(), engine.Insert(M{"_id": "a"}), engine.Insert(M{"_id": "c"}))
			if n != 1 || !slices.Equal(twice, []int{0}) || err != nil {
				t.Errorf("%d are new, and %v were there: %v", n, twice, err)
			}
		},
		func() { write(t, old, engine.Update(engine.ByID("a"), engine.Set("n", 2))) },
		func() {
			after, ok, err := old.Modify(t.Context(), D{{Key: "n", Value: 2}}, engine.Set("m", 3))
			if !ok || err != nil || after.Lookup("m").AsInt64() != 3 {
				t.Errorf("the second change of a document gives %v: %v", after, err)
			}
		},
		func() { write(t, old, engine.Delete(engine.ByID("none"))) },
	)
	if !errors.Is(stopped, engine.ErrDuplicate) {
		t.Errorf("an _id that an earlier call has inserted: %v", stopped)
	}
	if made := db.commits - before; made != 1 {
		t.Errorf("there were %d commits", made)
	}
	closed(t, db)
	db = started(t, dir)
	for name, ids := range map[string]string{"new": "abc", "newer": "a", "old": "a"} {
		if found := idsOf(t, db.Table(name), engine.Query{Sort: D{{Key: "_id", Value: 1}}}); found != ids {
			t.Errorf("%s has %s", name, found)
		}
	}
}

// TestFailedCall checks that a call that fails does not affect the calls that waited with it.
func TestFailedCall(t *testing.T) {
	db := started(t, t.TempDir())
	table := db.Table("things")
	write(t, table, engine.Insert(M{"_id": "good"}), engine.Insert(M{"_id": "damaged"}))
	if err := db.conn.Exec("UPDATE docs_1 SET sum = 1 WHERE n = 2"); err != nil {
		t.Fatal(err)
	}
	var damaged error
	var twice []int
	waiting(t, db,
		func() { write(t, table, engine.Update(engine.ByID("good"), engine.Set("n", 1))) },
		func() {
			_, twice, _ = table.WriteEach(t.Context(), engine.Insert(M{"_id": "good"}), engine.Insert(M{"_id": "x"}))
		},
		func() {
			_, damaged = table.Write(t.Context(), engine.Update(engine.ByID("damaged"), engine.Set("n", 1)))
		},
		func() { write(t, table, engine.Insert(M{"_id": "y"})) },
	)
	if !errors.Is(damaged, errDamaged) || !slices.Equal(twice, []int{0}) {
		t.Errorf("the damaged document: %v; twice: %v", damaged, twice)
	}
	whole := D{{Key: "_id", Value: D{{Key: "$ne", Value: "damaged"}}}}
	if ids := idsOf(t, table, engine.Query{Filter: whole, Sort: D{{Key: "_id", Value: 1}}}); ids != "goodxy" {
		t.Errorf("there are %s", ids)
	}
}

// bomb is a document that can't be encoded.
type bomb struct{}

func (bomb) MarshalBSON() ([]byte, error) { panic("a bomb") }

// TestPanic checks that after a panic only committed calls are acknowledged.
func TestPanic(t *testing.T) {
	dir := t.TempDir()
	db := started(t, dir)
	table, acked := db.Table("things"), make([]string, 3)
	var calls []func()
	for i, doc := range []any{M{"_id": "a"}, bomb{}, M{"_id": "b"}} {
		calls = append(calls, func() {
			defer func() { _ = recover() }()
			if _, err := table.Write(t.Context(), engine.Insert(doc)); err == nil {
				acked[i] = "acknowledged"
			}
		})
	}
	waiting(t, db, calls...)
	closed(t, db)
	if ids := idsOf(t, started(t, dir).Table("things"), engine.Query{}); ids != "" || strings.Join(acked, "") != "" {
		t.Errorf("%q is there, and the calls are %q", ids, acked)
	}
}
