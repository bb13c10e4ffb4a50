package embedded

import (
	"time"
)

// Above these bounds a site is too large for the engine: a start takes about a second, a scan of all entries takes 10
// ms, and the rows in memory need as much as the rest of the program (see docs/adr/0020).
const (
	manyRows  = 300_000
	manyBytes = 256 << 20
)

// rowOverhead estimates the bytes that a row needs in memory beside its id and its cells: in its table, in orders and
// in postings.
const rowOverhead = 400

// checkEvery is the number of commits between two checks of the size.
const checkEvery = 1000

// check checks the size of what is in memory. The caller is the writer.
func (o *outgrown) check(db *DB) {
	rows, bytes := db.size()
	last := time.Unix(o.told.Load(), 0)
	if rows < manyRows && bytes < manyBytes || time.Since(last) < 24*time.Hour {
		return
	}
	o.told.Store(time.Now().Unix())
	db.log.Warn("the site outgrows the embedded engine: move it to a MongoDB by `sen move --to mongodb://…`",
		"documents", rows, "megabytes", bytes>>20)
}

// size returns the number of documents, and an estimate of the bytes that their rows need in memory.
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
