package embedded

import (
	"cmp"
	"context"
	"slices"
)

// accepts reports whether a row may match a filter. The result is certain if the filter needs no document.
func (f *filter) accepts(r *row) bool {
	at := cellsOf{row: r}
	if !f.documents() {
		return f.root.holds(&at)
	}
	if f.root.op != opAnd {
		return true
	}
	for _, kid := range f.root.kids {
		if !kid.reads() && !kid.holds(&at) {
			return false
		}
	}
	return true
}

// pause is the number of rows after which a scan checks whether its context has ended.
const pause = 4096

// walk tests rows that are in the order of a query already.
func (q *query) walk(ctx context.Context, rows []*row, exact bool, most int) (found []*row, err error) {
	desc := q.sort[0].desc
	if exact && most > 0 { // skipped rows need no test
		skip := min(q.skip, len(rows))
		most -= q.skip
		if desc {
			rows = rows[:len(rows)-skip]
		} else {
			rows = rows[skip:]
		}
	}
	if most > 0 {
		found = make([]*row, 0, min(most, len(rows)))
	}
	for i := range rows {
		r := rows[i]
		if desc {
			r = rows[len(rows)-1-i]
		}
		if i%pause == pause-1 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if exact || q.filter.accepts(r) {
			if found = append(found, r); len(found) == most {
				break
			}
		}
	}
	if q.needsDocuments() || exact && q.limit > 0 {
		return found, nil
	}
	return found[min(q.skip, len(found)):], nil
}

// gather tests rows in any order, and sorts those that match.
func (q *query) gather(ctx context.Context, rows []*row, most int) (found []*row, err error) {
	sorted := len(q.sort) > 0 && q.sorter == nil
	top := sorted && most > 0 && most <= 1000
	for i, r := range rows {
		if i%pause == pause-1 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !q.filter.accepts(r) {
			continue
		}
		switch {
		case !top:
			if found = append(found, r); len(found) == most && !sorted {
				return found[min(q.skip, len(found)):], nil
			}
		case len(found) < most || q.compare(r, found[most-1]) < 0:
			at, _ := slices.BinarySearchFunc(found, r, q.compare)
			found = slices.Insert(found[:min(len(found), most-1)], at, r)
		}
	}
	if sorted && !top {
		slices.SortFunc(found, q.compare)
	}
	if q.needsDocuments() {
		return found, nil
	}
	if most > 0 {
		found = found[:min(most, len(found))]
	}
	return found[min(q.skip, len(found)):], nil
}

// compare compares two rows in the order of a query.
func (q *query) compare(a, b *row) int {
	for _, s := range q.sort {
		c := compare(a.sortValue(s.column, s.desc), b.sortValue(s.column, s.desc))
		if s.desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(a.id, b.id)
}
