package embedded

import (
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"sen/internal/engine"
)

// TestSyncs checks how often a commit and a checkpoint wait for the disk, as docs/adr/0020 says.
func TestSyncs(t *testing.T) {
	base := t.TempDir()
	d := newDisk(t, base, filepath.Join(base, "data"))
	db, err := Open(d.dir, Options{vfs: d.vfs()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, db) })
	table, made := db.Table("articles"), 0
	index(t, table, articlePaths()...)
	insert := func() {
		made++
		write(t, table, engine.Insert(article(made)))
	}
	// syncs returns how often a function waits for the log and for the database.
	syncs := func(do func()) (log, database int) {
		before := maps.Clone(d.count)
		do()
		of := func(name string) int { return d.count["sync "+name] - before["sync "+name] }
		return of(fileName + "-wal"), of(fileName)
	}
	wants := func(does string, log, database int, do func()) {
		t.Helper()
		if l, db := syncs(do); l != log || db != database {
			t.Errorf("%s waits %d times for the log and %d times for the database, not %d and %d", does, l, db, log, database)
		}
	}
	size := func() int { return d.now[fileName+"-wal"].size }
	empty := size()
	wants("20 calls", 20, 0, func() {
		for range 20 {
			insert()
		}
	})
	t.Logf("an insert adds %d bytes to the log", (size()-empty)/20)
	wants("16 calls at once", 1, 0, func() {
		var calls []func()
		for i := range 16 {
			calls = append(calls, func() { write(t, table, engine.Insert(M{"_id": fmt.Sprint("once", i)})) })
		}
		waiting(t, db, calls...)
	})
	log, database := 0, 0
	for database == 0 {
		log, database = syncs(insert)
	}
	if log != 2 || database != 1 {
		t.Errorf("a checkpoint waits %d times for the log and %d times for the database", log-1, database)
	}
	const page = 8192 + 24 // a page with its header in the log
	if pages := (size() - 32) / page; pages < 1000 || pages > 1050 {
		t.Errorf("the checkpoint came after %d pages", pages)
	}
	t.Logf("the checkpoint came at %d bytes", size())
	wants("the first call behind a checkpoint", 2, 0, insert)
	wants("the next one", 1, 0, insert)
}
