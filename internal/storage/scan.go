package storage

import (
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// filter joins the conditions of a page. Those on different fields stay side by
// side, which is what the bounds of an index are made from.
func (p *page) filter(within Within, bounds []side) bson.D {
	conds := append(within.conditions(p.view), p.conds...)
	conds = append(conds, p.linking(conds)...)
	for _, s := range bounds {
		conds = append(conds, p.order.conditions(s))
	}
	conds = append(conds, p.shown)
	filter := bson.D{}
	var rest bson.A
	for _, c := range conds {
		flat := c.(bson.D)
		if slices.ContainsFunc(flat, func(e bson.E) bool {
			return slices.ContainsFunc(filter, func(have bson.E) bool { return have.Key == e.Key })
		}) {
			rest = append(rest, flat)
			continue
		}
		filter = append(filter, flat...)
	}
	if rest != nil {
		filter = append(filter, bson.E{Key: "$and", Value: rest})
	}
	return filter
}

// linking says of conditions on a working copy's links, which have no index each, that they hold for the links of both
// copies together, which have one.
func (p *page) linking(conds bson.A) (both bson.A) {
	for _, cond := range conds {
		field, operator := simple(cond.(bson.D))
		if slices.Contains(p.linked, strings.TrimPrefix(field, p.at)) && slices.Contains([]string{"$eq", "$in"}, operator) {
			both = append(both, bson.D{{Key: "links", Value: cond.(bson.D)[0].Value}})
		}
	}
	return both
}

// A scan is how one list is read.
type scan struct {
	filter bson.D
	// hint names the index to read; nil leaves it to the engine's planner.
	hint bson.D
	// min is where in it reading begins, max what it ends before; nil for its own ends.
	min, max bson.D
	// leave is the place at min where that does not belong to the part that is read.
	leave *place
}

// scan tells how a list is read within bounds. Where nothing but one cursor bounds it, reading begins or ends at its
// place in the order's index: a condition on value and id would look at all that shares the value, and at documents.
func (c *Collection[T, F]) scan(p *page, within Within, bounds []side) *scan {
	s := &scan{hint: c.hint(p, within)}
	if s.hint != nil && len(within.Any) == 0 && len(p.conds) == 0 && len(bounds) == 1 && s.bound(p, bounds[0]) {
		bounds = nil
		if p.endsShown() {
			unbound := *p
			unbound.shown = nil
			p = &unbound
		}
	}
	s.filter = p.filter(within, bounds)
	return s
}

// endsShown tells whether the order ends with what is not shown.
func (p *page) endsShown() bool { return len(p.shown) == 1 && p.shown[0].Key == p.order.path }

// bound has reading begin or end at a place. An index goes from high to low, and ends with what has no value: a working copy
// that was never published is shown to the newsroom.
func (s *scan) bound(p *page, b side) bool {
	at := bson.D{{Key: p.order.path, Value: b.value}, {Key: "_id", Value: b.id}}
	var end any = bson.MinKey{}
	if p.endsShown() {
		end = unpublished
		if t, ok := b.value.(time.Time); !ok || !t.After(unpublished) {
			return false
		}
	}
	switch {
	case p.order.desc == b.behind:
		s.min, s.max = at, bson.D{{Key: p.order.path, Value: end}, {Key: "_id", Value: bson.MaxKey{}}}
		if !b.with {
			s.leave = &b.place
		}
	case !b.with:
		s.max = at
	default:
		return false
	}
	return true
}

// extra is how many more elements are read than are asked for.
func (s *scan) extra() int {
	if s.leave != nil {
		return 1
	}
	return 0
}

// cut takes what does not belong to a list from what was read of it, and what is too much.
func cut[T any](s *scan, rows []row[T], limit int) []row[T] {
	if s.leave != nil { // it comes first, or last where the page is read from its end
		rows = slices.DeleteFunc(rows, func(r row[T]) bool { return r.is(*s.leave) })
	}
	return rows[:min(len(rows), limit)]
}

// hint names the index of a list that is bounded by ranges alone, or by one value of a link, or of two that have an
// index together: the planner would try several each time, and at times read one that makes it sort in memory. Where
// more is given, the planner knows better.
func (c *Collection[T, F]) hint(p *page, within Within) bson.D {
	if !c.store.hints.Load() {
		return nil
	}
	var fixed []string
	ranges := false
	for _, cond := range append(within.conditions(p.view), p.conds...) {
		field, operator := simple(cond.(bson.D))
		switch {
		case slices.Contains([]string{"$gt", "$gte", "$lt", "$lte"}, operator), operator == "$eq" && field == p.order.path:
			ranges = true
		case operator == "$eq":
			fixed = append(fixed, strings.TrimPrefix(field, p.at))
		default:
			return nil
		}
	}
	order := bson.D{{Key: p.order.path, Value: -1}, {Key: "_id", Value: -1}}
	base, _ := splitOrder(c.order)
	switch {
	case len(fixed) == 0:
		return order
	case len(fixed) == 1 && !ranges && p.at == c.view(content.StagePublished).at && p.order.field == c.orders[c.ranked[fixed[0]]].field:
		return append(bson.D{{Key: p.at + fixed[0], Value: 1}}, order...)
	case ranges || p.at != c.view(content.StagePublished).at || p.order.field != c.orders[base].field:
		return nil
	case len(fixed) == 1 && slices.Contains(c.relations, fixed[0]):
		return append(bson.D{{Key: p.at + fixed[0], Value: 1}}, order...)
	}
	for _, pair := range c.together {
		if len(fixed) == 2 && slices.Contains(fixed, pair[0]) && slices.Contains(fixed, pair[1]) {
			return append(bson.D{{Key: p.at + pair[0], Value: 1}, {Key: p.at + pair[1], Value: 1}}, order...)
		}
	}
	return nil
}

// simple is the field and the operator of a condition that compares one field; empty of any other one.
func simple(cond bson.D) (field, operator string) {
	if test, ok := cond[0].Value.(bson.D); ok && len(cond) == 1 && len(test) == 1 && cond[0].Key != "_id" {
		return cond[0].Key, test[0].Key
	}
	return "", ""
}

// commonHint is the hint of all lists that are read by one command, nil if it is not the same.
func (c *Collection[T, F]) commonHint(p *page, parents []Within) bson.D {
	first := c.hint(p, parents[0])
	for _, w := range parents[1:] {
		if hint := c.hint(p, w); first == nil || hint == nil || hint[0].Key != first[0].Key {
			return nil
		}
	}
	return first
}
