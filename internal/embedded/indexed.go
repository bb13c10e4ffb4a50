package embedded

import (
	"maps"
	"slices"
)

// order returns the order of a column. The caller holds the table's lock, or is the writer.
func (t *table) order(key orderKey) *order {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o := t.orders[key]; o != nil {
		return o
	}
	o := &order{orderKey: key}
	if byIDs := t.orders[orderKey{column: idColumn}]; byIDs != nil {
		o.rows = slices.Clone(byIDs.rows)
	} else {
		o.rows = slices.Collect(maps.Values(t.rows))
	}
	o.sort()
	t.orders[key] = o
	return o
}

// postingsOf returns the postings of a column. The caller holds the table's lock, or is the writer.
func (t *table) postingsOf(column int) postings {
	all := t.order(orderKey{column: idColumn}).rows
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.postings[column]; p != nil {
		return p
	}
	p := postings{}
	var buf [128]byte
	for _, r := range all {
		keysOf(r.cell(column), buf[:], func(key []byte) {
			rows := p[string(key)]
			if n := len(rows); n == 0 || rows[n-1] != r {
				p[string(key)] = append(rows, r)
			}
		})
	}
	t.postings[column] = p
	return p
}

// change removes and adds rows in the table and in every index. The caller holds the table's lock.
func (t *table) change(out, in []*row) {
	for _, r := range out {
		t.count(r, -1)
		if t.rows[r.id] == r {
			delete(t.rows, r.id)
		}
	}
	for _, r := range in {
		t.count(r, 1)
		t.rows[r.id] = r
	}
	for _, o := range t.orders {
		o.apply(out, in)
	}
	for column, p := range t.postings {
		for _, r := range out {
			p.remove(column, r)
		}
		for _, r := range in {
			p.add(column, r)
		}
	}
}

// count adds a row to the counts of lists, or subtracts it.
func (t *table) count(r *row, by int) {
	for column := range t.lists {
		if cell := r.cell(column); isList(cell) {
			t.lists[column] += by
			if cell[1] == manyArrays {
				t.mixed[column] += by
			}
		}
	}
}
