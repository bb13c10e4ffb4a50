package embedded

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// indexes are the indexes of a table in memory. Each is made when it is used for the first time. After that, writes
// update it.
type indexes struct {
	// mu guards the maps against readers that make an index at the same time. The indexes themselves change only under
	// the table's lock.
	mu       sync.Mutex
	orders   map[orderKey]*order
	postings map[int]postings
}

// orderKey identifies an order: a column, and whether lists are sorted by their greatest value.
type orderKey struct {
	column   int
	greatest bool
}

// order holds all rows, sorted by a column, and rows with equal values by their ids.
type order struct {
	orderKey
	rows []*row
}

// postings map each value of a column to the rows that have it, sorted by their ids. A key is the output of
// [appendKey].
type postings map[string][]*row

// byID orders rows by their ids.
func byID(a, b *row) int { return strings.Compare(a.id, b.id) }

// compare orders two rows.
func (o *order) compare(a, b *row) int {
	if o.column == idColumn {
		return byID(a, b)
	}
	if c := compare(a.sortValue(o.column, o.greatest), b.sortValue(o.column, o.greatest)); c != 0 {
		return c
	}
	return byID(a, b)
}

// part returns where a span begins and ends in the order.
func (o *order) part(s span) (from, to int) {
	from, to = o.find(&s.from), o.find(&s.to)
	return from, max(from, to)
}

// find returns the position of the first row that does not come before a cut.
func (o *order) find(c *cut) int {
	low, high := 0, len(o.rows)
	for low < high {
		middle := (low + high) / 2
		if c.before(o.rows[middle].sortValue(o.column, o.greatest)) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// fewChanges is the greatest number of changes that are made in an index one by one. For more changes, the whole index
// is traversed once.
const fewChanges = 32

// apply removes and adds rows.
func (o *order) apply(out, in []*row) {
	if len(out)+len(in) <= fewChanges {
		for _, r := range out {
			if at, ok := slices.BinarySearchFunc(o.rows, r, o.compare); ok {
				o.rows = slices.Delete(o.rows, at, at+1)
			}
		}
		for _, r := range in {
			at, _ := slices.BinarySearchFunc(o.rows, r, o.compare)
			o.rows = slices.Insert(o.rows, at, r)
		}
		return
	}
	gone := make(map[*row]bool, len(out))
	for _, r := range out {
		gone[r] = true
	}
	in = slices.Clone(in)
	slices.SortFunc(in, o.compare)
	rows := make([]*row, 0, len(o.rows)+len(in))
	for _, r := range o.rows {
		if gone[r] {
			continue
		}
		for len(in) > 0 && o.compare(in[0], r) < 0 {
			rows, in = append(rows, in[0]), in[1:]
		}
		rows = append(rows, r)
	}
	rows = append(rows, in...)
	o.rows = rows
}

// keysOf calls a function with the key of each value of a cell. A key may come more than once.
func keysOf(cell string, buf []byte, do func(key []byte)) {
	if !isList(cell) {
		do(appendKey(buf[:0], oneValue(cell)))
		return
	}
	for rest := cell[2:]; rest != ""; {
		var v value
		if v, rest = nextValue(rest); !v.compound() {
			do(appendKey(buf[:0], v))
		}
	}
}

// add adds a row.
func (p postings) add(column int, r *row) {
	var buf [128]byte
	keysOf(r.cell(column), buf[:], func(key []byte) {
		rows := p[string(key)]
		at, ok := slices.BinarySearchFunc(rows, r, byID)
		if !ok {
			p[string(key)] = slices.Insert(rows, at, r)
		}
	})
}

// remove removes a row.
func (p postings) remove(column int, r *row) {
	var buf [128]byte
	keysOf(r.cell(column), buf[:], func(key []byte) {
		rows := p[string(key)]
		at, ok := slices.BinarySearchFunc(rows, r, byID)
		switch {
		case !ok:
		case len(rows) == 1:
			delete(p, string(key))
		default:
			p[string(key)] = slices.Delete(rows, at, at+1)
		}
	})
}

// placed is a row with its sort value.
type placed struct {
	// begin is the beginning of the value as a number. It never decreases in the order of values.
	begin uint64
	value value
	row   *row
}

// sort sorts all rows.
func (o *order) sort() {
	all := make([]placed, len(o.rows))
	common, first := "", true
	for i, r := range o.rows {
		all[i] = placed{value: r.sortValue(o.column, o.greatest), row: r}
		if v := all[i].value; v.bracket() != bracketText {
			continue
		} else if first {
			common, first = v.data, false
		} else {
			for !strings.HasPrefix(v.data, common) {
				common = common[:len(common)-1]
			}
		}
	}
	for i := range all {
		all[i].begin = all[i].value.begin(len(common))
	}
	slices.SortFunc(all, func(a, b placed) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		if c := compare(a.value, b.value); c != 0 {
			return c
		}
		return byID(a.row, b.row)
	})
	for i := range all {
		o.rows[i] = all[i].row
	}
}
