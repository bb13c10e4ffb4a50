package embedded

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// prepare compiles a query. The caller holds the table's lock, or is the writer.
func (t *table) prepare(q engine.Query) (*query, error) {
	f, err := t.compile(q.Filter)
	if err != nil {
		return nil, err
	}
	compiled := &query{filter: f, skip: q.Skip, limit: q.Limit}
	for _, e := range q.Sort {
		s := sorting{path: e.Key, column: t.column(e.Key)}
		if s.desc, err = descends(e.Value); err != nil {
			return nil, err
		}
		if s.column == noColumn {
			compiled.unknown = addColumns(compiled.unknown, e.Key)
		}
		compiled.sort = append(compiled.sort, s)
	}
	if compiled.unknown != nil {
		compiled.sorter = newCellReader(compiled.unknown, false)
	}
	compiled.project, err = t.projection(q.Fields)
	return compiled, err
}

// compile compiles a filter.
func (t *table) compile(f bson.D) (*filter, error) {
	c := &compiler{column: t.column, mixed: func(column int) bool { return t.mixed[column] > 0 }}
	return c.compile(f)
}

// source is a set of rows that contains all rows that match a filter.
type source struct {
	count int
	// share estimates which part of all rows meets the filter's conditions on values. It assumes that the conditions
	// are independent.
	share float64
	rows  func() []*row
}

// sourceOf returns the smallest source for a filter, or nil.
func (t *table) sourceOf(f *filter) (best *source) {
	conds := []*cond{f.root}
	if f.root.op == opAnd {
		conds = f.root.kids
	}
	share := 1.0 // of all rows, the part that meets all conditions on values
	take := func(s *source) {
		if s != nil && (best == nil || s.count < best.count) {
			best = s
		}
	}
	value := func(s *source) {
		if s != nil && len(t.rows) > 0 {
			share *= min(1, float64(s.count)/float64(len(t.rows)))
		}
		take(s)
	}
	for _, c := range conds {
		if c.document {
			continue
		}
		switch c.op {
		case opEq, opIn:
			if c.column == idColumn {
				value(t.byIDs(c))
			} else {
				value(t.byValues(c))
			}
		case opGt, opGte, opLt, opLte:
			if c.column == idColumn || t.lists[c.column] == 0 {
				s, _ := f.root.spanOf(c.column)
				o := t.order(orderKey{column: c.column})
				from, to := o.part(s)
				take(&source{count: to - from, rows: func() []*row { return o.rows[from:to] }})
			}
		}
	}
	if best != nil {
		best.share = share
	}
	return best
}

// byIDs returns the source of a condition on the ids.
func (t *table) byIDs(c *cond) *source {
	if c.op == opEq {
		return &source{count: 1, rows: func() []*row {
			if r := t.rows[c.value.data]; r != nil && c.value.bracket() == bracketText {
				return []*row{r}
			}
			return nil
		}}
	}
	return &source{count: len(c.texts), rows: func() (rows []*row) {
		for id := range c.texts {
			if r := t.rows[id]; r != nil {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, byID)
		return rows
	}}
}

// byValues returns the source of a condition on the values of a column. It returns nil if null is one of the values,
// since most rows may have no value.
func (t *table) byValues(c *cond) *source {
	var buf [128]byte
	var lists [][]*row
	if c.op == opEq {
		if c.value.null() {
			return nil
		}
		rows := t.postingsOf(c.column)[string(appendKey(buf[:0], c.value))]
		return &source{count: len(rows), rows: func() []*row { return rows }}
	}
	if c.null {
		return nil
	}
	p, count := t.postingsOf(c.column), 0
	add := func(v value) {
		if rows := p[string(appendKey(buf[:0], v))]; len(rows) > 0 {
			lists, count = append(lists, rows), count+len(rows)
		}
	}
	for text := range c.texts {
		add(value{bson.TypeString, text})
	}
	for _, v := range c.others {
		add(v)
	}
	return &source{count: count, rows: func() []*row {
		rows := slices.Concat(lists...)
		slices.SortFunc(rows, byID)
		return slices.Compact(rows)
	}}
}

// sorted returns the order in memory in which a query can be read, or nil.
func (t *table) sorted(q *query) *order {
	if len(q.sort) == 0 || len(q.sort) > 2 || q.sorter != nil {
		return nil
	}
	first := q.sort[0]
	if len(q.sort) == 2 && (q.sort[1].column != idColumn || q.sort[1].desc != first.desc) {
		return nil
	}
	greatest := first.desc && first.column >= 0 && t.lists[first.column] > 0
	return t.order(orderKey{first.column, greatest})
}

// sortCost is how many times more it costs to collect and sort a row than to pass it in an order.
const sortCost = 4

// find returns the rows that match a query's filter, in the query's order. If that needs documents, it returns all
// rows that may match, and [reading.filterAndSort] does the rest. The caller holds the table's lock, or is the writer.
func (t *table) find(ctx context.Context, q *query) ([]*row, error) {
	best := t.sourceOf(q.filter)
	most := q.most()
	if q.needsDocuments() {
		most = 0
	}
	if o := t.sorted(q); o != nil {
		from, to, exact := t.reach(o, q.filter)
		walk := to - from
		if most > 0 && best != nil && best.share > 0 {
			walk = int(min(float64(walk), float64(most)/best.share))
		} else if most > 0 {
			walk = min(walk, most)
		}
		if best == nil || walk <= sortCost*best.count {
			return q.walk(ctx, o.rows[from:to], exact, most)
		}
	}
	var rows []*row
	if best != nil {
		rows = best.rows()
	} else {
		rows = t.order(orderKey{column: idColumn}).rows
	}
	return q.gather(ctx, rows, most)
}

// reach returns the part of an order that contains all rows that match a filter. exact means that all rows of that
// part match.
func (t *table) reach(o *order, f *filter) (from, to int, exact bool) {
	if o.column >= 0 && t.lists[o.column] > 0 {
		return 0, len(o.rows), false
	}
	s, exact := f.root.spanOf(o.column)
	from, to = o.part(s)
	return from, to, exact
}

// countRows counts the rows that match a filter that needs no documents.
func (t *table) countRows(ctx context.Context, f *filter) (n int, err error) {
	if kids := f.root.kids; f.root.op == opAnd && len(kids) == 0 {
		return len(t.rows), nil
	} else if c := f.root; c.op != opAnd || len(kids) > 0 {
		if c.op == opAnd {
			c = kids[0]
		}
		if column := c.column; c.op >= opEq && !c.document && c.op <= opLte && (column == idColumn || t.lists[column] == 0) {
			if from, to, exact := t.reach(t.order(orderKey{column: column}), f); exact {
				return to - from, nil
			}
		}
	}
	var rows []*row
	if best := t.sourceOf(f); best != nil {
		rows = best.rows()
	} else {
		rows = t.order(orderKey{column: idColumn}).rows
	}
	for i, r := range rows {
		if i%pause == pause-1 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if f.accepts(r) {
			n++
		}
	}
	return n, nil
}
