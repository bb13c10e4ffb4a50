package embedded

import (
	"context"
	"errors"
	"sync"
	"time"

	"sen/internal/engine"
)

// table is a table of documents. It implements [engine.Table].
type table struct {
	db   *DB
	name string

	// lock guards what follows. Only the writer changes it, and holds the lock for that; so the writer reads it without.
	lock sync.RWMutex
	stored
	rows map[string]*row
	// paths are those of the columns, whose places columns has.
	paths   []string
	columns map[string]int
	unique  []unique
	// lists counts the rows that have a list in a column, mixed those whose list is of more than one array.
	lists, mixed []int
	indexes

	// The writer alone uses what follows. Next is the number of the next document, hash the sum of all rows.
	next  int64
	hash  uint64
	cells *cellReader
}

// unique is a set of columns of which no two documents may have the same values.
type unique struct {
	columns []int
	sparse  bool
}

// Table implements [engine.Engine].
func (db *DB) Table(name string) engine.Table { return db.table(name) }

func (db *DB) table(name string) *table {
	db.mu.Lock()
	defer db.mu.Unlock()
	t := db.tables[name]
	if t == nil {
		t = db.newTable(name)
		db.tables[name] = t
	}
	return t
}

// newTable makes a table that has nothing yet.
func (db *DB) newTable(name string) *table {
	t := &table{db: db, name: name, rows: map[string]*row{}, next: 1}
	t.setColumns(nil)
	return t
}

// setColumns says which paths have columns. What was made of the rows before is forgotten.
func (t *table) setColumns(paths []string) {
	t.paths, t.columns = paths, make(map[string]int, len(paths))
	for i, path := range paths {
		t.columns[path] = i
	}
	t.lists, t.mixed = make([]int, len(paths)), make([]int, len(paths))
	t.cells = newCellReader(paths, false)
	t.orders, t.postings = map[orderKey]*order{}, map[int]postings{}
}

// column is the column of a path.
func (t *table) column(path string) int {
	if path == "_id" {
		return idColumn
	}
	if column, ok := t.columns[path]; ok {
		return column
	}
	return noColumn
}

// Name implements [engine.Table].
func (t *table) Name() string { return t.name }

// trip counts and times a call. What it gives is to be called with the call's error when it is done; the time in
// which callers were busy is none of ours. That a key exists is an answer, and no failure.
func (t *table) trip(ctx context.Context, name string) (end func(err error, busy time.Duration)) {
	command, start := t.db.Begin(ctx, name, t.name), time.Now()
	return func(err error, busy time.Duration) {
		if errors.Is(err, engine.ErrDuplicate) {
			err = nil
		}
		command.End(time.Since(start)-busy, err)
	}
}

// valuesOf gives the values of a cell to a function.
func valuesOf(cell string, do func(value)) {
	if !isList(cell) {
		do(oneValue(cell))
		return
	}
	for rest := cell[2:]; rest != ""; {
		var v value
		v, rest = nextValue(rest)
		do(v)
	}
}
