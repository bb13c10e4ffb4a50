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

	// lock guards the fields after it. Only the writer changes them, and it holds the lock while it does. So the
	// writer may read them without the lock.
	lock sync.RWMutex
	stored
	rows map[string]*row
	// paths are the paths of the columns. columns maps each path to its column.
	paths   []string
	columns map[string]int
	unique  []unique
	// lists counts, for each column, the rows with a list. mixed counts those whose list contains values of more than
	// one array.
	lists, mixed []int
	indexes

	// Only the writer uses the fields after this. next is the number of the next document. hash is the checksum of all
	// rows.
	next  int64
	hash  uint64
	cells *cellReader
}

// unique is a unique index: no two documents may have the same values in its columns.
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

// newTable returns an empty table.
func (db *DB) newTable(name string) *table {
	t := &table{db: db, name: name, rows: map[string]*row{}, next: 1}
	t.setColumns(nil)
	return t
}

// setColumns sets the columns. It drops the indexes, which depend on them.
func (t *table) setColumns(paths []string) {
	t.paths, t.columns = paths, make(map[string]int, len(paths))
	for i, path := range paths {
		t.columns[path] = i
	}
	t.lists, t.mixed = make([]int, len(paths)), make([]int, len(paths))
	t.cells = newCellReader(paths, false)
	t.orders, t.postings = map[orderKey]*order{}, map[int]postings{}
}

// column returns the column of a path.
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

// trip counts and times a call. The caller must call end with the call's error. busy is the time that the caller's
// function took, which does not count. A duplicate key is a regular result and not a failure.
func (t *table) trip(ctx context.Context, name string) (end func(err error, busy time.Duration)) {
	command, start := t.db.Begin(ctx, name, t.name), time.Now()
	return func(err error, busy time.Duration) {
		if errors.Is(err, engine.ErrDuplicate) {
			err = nil
		}
		command.End(time.Since(start)-busy, err)
	}
}

// valuesOf calls a function with the values of a cell.
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
