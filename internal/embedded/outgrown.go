package embedded

import (
	"time"
)

// From here on a site outgrows the engine: a start takes about a second, a scan of all entries 10 ms, and what is in memory
// of the documents as much as the rest of the program (see docs/adr/0020).
const (
	manyRows  = 300_000
	manyBytes = 256 << 20
)

// rowOverhead is about what a row takes in memory beside its id and its cells: in its table, in orders and in postings.
const rowOverhead = 400

// lookEvery is after how many commits the size is looked at.
const lookEvery = 1000

// look looks at the size of what is in memory. The caller is the writer.
func (o *outgrown) look(db *DB) {
	rows, bytes := db.size()
	last := time.Unix(o.told.Load(), 0)
	if rows < manyRows && bytes < manyBytes || time.Since(last) < 24*time.Hour {
		return
	}
	o.told.Store(time.Now().Unix())
	db.log.Warn("the site outgrows the embedded engine: move it to a MongoDB by `sen move --to mongodb://…`",
		"documents", rows, "megabytes", bytes>>20)
}

// size is how many documents there are, and about how many bytes of memory they take.
func (db *DB) size() (rows, bytes int) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, t := range db.tables {
		rows += len(t.rows)
		for _, r := range t.rows {
			bytes += len(r.id) + len(r.cells) + rowOverhead
		}
	}
	return rows, bytes
}
