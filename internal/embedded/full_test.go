package embedded

import (
	"fmt"
	"math"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"sen/internal/content"
	"sen/internal/engine"
)

// fills writes until a write fails. It returns the number of writes that succeeded.
func fills(t *testing.T, table engine.Table) (n int, err error) {
	t.Helper()
	for ; n < 10_000; n++ {
		if _, err = table.Write(t.Context(),
			engine.Insert(M{"_id": fmt.Sprint("full", n), "n": n, "text": strings.Repeat("x", 5000)})); err != nil {
			return n, err
		}
	}
	t.Fatal("the disk never gets full")
	return n, nil
}

// fullDisk fills a disk, checks the engine's error, makes room, and checks that the engine works again.
func fullDisk(t *testing.T, db *DB, says string, room func()) {
	t.Helper()
	table := db.Table("things")
	n, err := fills(t, table)
	if content.CodeOf(err) != content.CodeUnavailable || !strings.Contains(err.Error(), says) {
		t.Errorf("a write on a full disk: %v", err)
	}
	for range 2 {
		if err := db.Ready(t.Context()); content.CodeOf(err) != content.CodeUnavailable {
			t.Errorf("on a full disk the engine is ready: %v", err)
		}
		if _, err := table.Write(t.Context(), engine.Update(engine.ByID("none"), engine.Set("n", 1))); err != nil {
			t.Errorf("a write that changes nothing: %v", err)
		}
	}
	if found := all(t, table,
		engine.Query{Filter: D{{Key: "text", Value: D{{Key: "$gt", Value: "w"}}}}}); len(found) != n {
		t.Errorf("on a full disk %d documents are read of %d", len(found), n)
	}
	if _, err := table.Write(t.Context(), engine.Insert(M{"_id": "full0"})); err == nil {
		t.Error("an _id exists twice")
	}
	room()
	if err := db.Ready(t.Context()); err != nil {
		t.Errorf("with room again: %v", err)
	}
	write(t, table, engine.Insert(M{"_id": "new"}), engine.Update(engine.ByID("full1"), engine.Set("n", "new")))
	if counts, err := table.Count(t.Context(), nil); err != nil || counts[0] != n+1 {
		t.Errorf("there are %v documents, not %d: %v", counts, n+1, err)
	}
}

// TestFullDatabase checks the behaviour when the database can't grow.
func TestFullDatabase(t *testing.T) {
	dir := t.TempDir()
	db := started(t, dir)
	write(t, db.Table("things"), engine.Insert(M{"_id": "first"}), engine.Delete(engine.ByID("first")))
	if err := db.conn.Exec("PRAGMA max_page_count=300"); err != nil {
		t.Fatal(err)
	}
	fullDisk(t, db, "The disk of the data folder is full. Free some space; writing works again then.", func() {
		if err := db.conn.Exec("PRAGMA max_page_count=1000000"); err != nil {
			t.Fatal(err)
		}
	})
	counts, _ := db.Table("things").Count(t.Context(), nil)
	closed(t, db)
	if again, err := started(t, dir).Table("things").Count(t.Context(), nil); err != nil || again[0] != counts[0] {
		t.Errorf("after a restart there are %v documents, not %v: %v", again, counts, err)
	}
}

// TestFullDisk checks the behaviour when a write into a file fails.
func TestFullDisk(t *testing.T) {
	if out, err := other(t, "full", t.TempDir()).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// fillFile makes the system refuse files of more than some megabytes.
func fillFile(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	db := started(t, dir)
	limit := syscall.Rlimit{Cur: 3 << 20, Max: math.MaxUint64}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	fullDisk(t, db, "The data folder can't be read or written. See whether its disk is full or broken", func() {
		limit.Cur = math.MaxUint64
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
	})
	closed(t, db)
	if _, err := os.Stat(db.path()); err != nil {
		t.Error(err)
	}
	closed(t, started(t, dir))
}
