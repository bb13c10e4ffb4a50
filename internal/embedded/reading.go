package embedded

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// reading runs queries. The rows in memory and the documents that it reads for them belong to the same state: the
// reading begins a transaction of SQLite while it holds the table's lock. The transaction may see one commit that
// memory does not have yet. But a document that this commit replaces or removes stays in the file until the next
// commit (see [DB.write]), which is made only after memory has this one.
type reading struct {
	t    *table
	ctx  context.Context
	each func(query int, document bson.Raw) error
	conn *conn
	// batch holds documents that were read and not passed to each yet. ends holds, for each, its end and its query.
	batch []byte
	ends  []ending
	busy  time.Duration
}

// ending is the end of a document in a batch, and the document's query.
type ending struct{ at, query int }

// batchSize is how many bytes are read before they are passed to the caller. If the result is smaller, the caller
// gets it after the transaction has ended.
const batchSize = 256 << 10

// found is what a query found in a table.
type found struct {
	*query
	t *table
	stored
	rows []*row
}

// find runs queries.
func (r *reading) find(queries []engine.Query) error {
	if err := cmp.Or(r.ctx.Err(), r.t.db.open()); err != nil {
		return err
	}
	all := make([]found, len(queries))
	if err := r.plan(queries, all); err != nil {
		return err
	}
	for i := range all {
		if err := r.answer(i, &all[i]); err != nil {
			return err
		}
	}
	r.close()
	return r.flush()
}

// lock locks the tables of some queries for reading, and returns a function that unlocks them. There is only one
// writer, which waits for one table at a time. So readers and the writer can't deadlock.
func (r *reading) lock(queries []engine.Query, all []found) (unlock func()) {
	var locked []*table
	for i, q := range queries {
		t := r.t
		if q.Table != "" {
			t = r.t.db.table(q.Table)
		}
		if all[i].t = t; !slices.Contains(locked, t) {
			t.lock.RLock()
			locked = append(locked, t)
		}
		all[i].stored = t.stored
	}
	return func() {
		for _, t := range locked {
			t.lock.RUnlock()
		}
	}
}

// plan finds the rows for all queries. It begins a transaction if documents must be read.
func (r *reading) plan(queries []engine.Query, all []found) (err error) {
	defer r.lock(queries, all)()
	for i, q := range queries {
		f := &all[i]
		if f.query, err = f.t.prepare(q); err != nil {
			return err
		}
		if f.rows, err = f.t.find(r.ctx, f.query); err != nil {
			return err
		}
		if r.conn == nil && len(f.rows) > 0 && (f.needsDocuments() || !f.project.covers(f.rows)) {
			if err := r.begin(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// begin begins a transaction of SQLite. It reads a document, since only the first read fixes the state that the
// transaction sees.
func (r *reading) begin(f *found) (err error) {
	if r.conn, err = r.t.db.reader(r.ctx); err != nil {
		return err
	}
	if err := r.conn.run("BEGIN"); err != nil {
		return err
	}
	return r.conn.document(f.stored, f.rows[0].n, func([]byte) error { return nil })
}

// answer reads the documents of a query.
func (r *reading) answer(i int, f *found) error {
	if f.needsDocuments() {
		if err := r.filterAndSort(f); err != nil {
			return err
		}
	}
	covered := f.project.covers(f.rows)
	for _, row := range f.rows {
		if covered {
			r.batch = f.project.ofRow(r.batch, row)
		} else if err := r.conn.document(f.stored, row.n, func(doc []byte) (err error) {
			r.batch, err = f.project.ofDocument(r.batch, doc)
			return err
		}); err != nil {
			return err
		}
		r.ends = append(r.ends, ending{len(r.batch), i})
		if len(r.batch) > batchSize {
			if err := cmp.Or(r.flush(), r.ctx.Err()); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush passes to the caller what was read.
func (r *reading) flush() error {
	if len(r.ends) == 0 {
		return nil
	}
	start, from := time.Now(), 0
	defer func() { r.busy += time.Since(start) }()
	for _, end := range r.ends {
		if err := r.each(end.query, bson.Raw(r.batch[from:end.at:end.at])); err != nil {
			return err
		}
		from = end.at
	}
	r.batch, r.ends = r.batch[:0], r.ends[:0]
	return nil
}

// close returns the connection.
func (r *reading) close() {
	if r.conn != nil {
		r.t.db.release(r.conn)
		r.conn = nil
	}
}

// filterAndSort does the part of a query that needs documents: it tests the filter on each row's document, and sorts
// the rows.
func (r *reading) filterAndSort(f *found) error {
	rows := f.rows[:0:0]
	keys := map[*row][]value{}
	for _, one := range f.rows {
		err := r.conn.document(f.stored, one.n, func(raw []byte) error {
			doc := string(raw)
			ok, err := f.filter.holdsFor(one, doc)
			if err != nil || !ok {
				return err
			}
			rows = append(rows, one)
			keys[one], err = f.keys(one, doc)
			return err
		})
		if err != nil {
			return err
		}
		if most := f.most(); f.sorter == nil && most > 0 && len(rows) == most {
			break
		}
	}
	if f.sorter != nil {
		slices.SortStableFunc(rows, func(a, b *row) int {
			for i, s := range f.sort {
				if c := compare(keys[a][i], keys[b][i]); c != 0 {
					if s.desc {
						return -c
					}
					return c
				}
			}
			return cmp.Compare(a.id, b.id)
		})
	}
	if most := f.most(); most > 0 {
		rows = rows[:min(most, len(rows))]
	}
	f.rows = rows[min(f.skip, len(rows)):]
	return nil
}

// keys returns the sort values of a document if its row does not have them all, or nil.
func (q *query) keys(r *row, doc string) (keys []value, err error) {
	if q.sorter == nil {
		return nil, nil
	}
	cells, err := q.sorter.read(doc)
	if err != nil {
		return nil, err
	}
	for _, s := range q.sort {
		if s.column != noColumn {
			keys = append(keys, r.sortValue(s.column, s.desc))
			continue
		}
		keys = append(keys, sortValue(string(cells[slices.Index(q.unknown, s.path)]), s.desc))
	}
	return keys, nil
}
