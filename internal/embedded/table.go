package embedded

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

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

// Find implements [engine.Table].
func (t *table) Find(ctx context.Context, q engine.Query, each func(bson.Raw) error) error {
	return t.FindEach(ctx, []engine.Query{q}, func(_ int, document bson.Raw) error { return each(document) })
}

// FindEach implements [engine.Table].
func (t *table) FindEach(ctx context.Context, queries []engine.Query, each func(int, bson.Raw) error) (err error) {
	end := t.trip(ctx, "find")
	r := reading{t: t, ctx: ctx, each: each}
	defer func() { end(err, r.busy) }()
	if err := r.find(queries); err != nil {
		r.close()
		return failIn(ctx, err)
	}
	return nil
}

// Count implements [engine.Table].
func (t *table) Count(ctx context.Context, filters ...bson.D) (counts []int, err error) {
	end := t.trip(ctx, "count")
	defer func() { end(err, 0) }()
	counts = make([]int, len(filters))
	for i, filter := range filters {
		if counts[i], err = t.countOf(ctx, filter); err != nil {
			return nil, failIn(ctx, err)
		}
	}
	return counts, nil
}

// countOf counts the documents for which a filter holds.
func (t *table) countOf(ctx context.Context, filter bson.D) (n int, err error) {
	if err := cmp.Or(ctx.Err(), t.db.open()); err != nil {
		return 0, err
	}
	t.lock.RLock()
	f, err := t.compile(filter)
	if err == nil && !f.documents() {
		n, err = t.number(ctx, f)
		t.lock.RUnlock()
		return n, err
	}
	t.lock.RUnlock()
	if err != nil {
		return 0, err
	}
	r := reading{t: t, ctx: ctx, each: func(int, bson.Raw) error {
		n++
		return nil
	}}
	if err = r.find([]engine.Query{{Filter: filter, Fields: bson.D{{Key: "_id", Value: 1}}}}); err != nil {
		r.close()
	}
	return n, err
}

// Distinct implements [engine.Table].
func (t *table) Distinct(ctx context.Context, path string) (found []string, err error) {
	end := t.trip(ctx, "distinct")
	defer func() { end(err, 0) }()
	if err := cmp.Or(ctx.Err(), t.db.open()); err != nil {
		return nil, fail(err)
	}
	seen := map[string]bool{}
	add := func(v value) {
		if v.kind == bson.TypeString && !seen[v.data] {
			seen[v.data] = true
			found = append(found, v.data)
		}
	}
	t.lock.RLock()
	column := t.column(path)
	if column != noColumn {
		defer t.lock.RUnlock()
		for _, r := range t.rows {
			if column == idColumn {
				add(r.sortValue(column, false))
			} else {
				valuesOf(r.cell(column), add)
			}
		}
		return found, nil
	}
	t.lock.RUnlock()
	cells := newCellReader([]string{path}, false)
	r := reading{t: t, ctx: ctx, each: func(_ int, doc bson.Raw) error {
		all, err := cells.read(string(doc))
		if err == nil {
			valuesOf(string(all[0]), add)
		}
		return err
	}}
	if err := r.find([]engine.Query{{Fields: bson.D{{Key: path, Value: 1}}}}); err != nil {
		r.close()
		return nil, failIn(ctx, err)
	}
	return found, nil
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
