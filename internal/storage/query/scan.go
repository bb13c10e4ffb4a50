package query

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Scan is how one list is read.
type Scan struct {
	filter bson.D
	// hint names the index to read; nil leaves it to the engine's planner.
	hint bson.D
	// min is where in it reading begins, max what it ends before; nil for its own ends.
	min, max bson.D
	// Leave is the place at min where that does not belong to the part that is read; nil for none. One more element is
	// read for it. It comes first, or last where the page is read from its end.
	Leave *Place
	// tell is a link that tells the elements from those of other lists: see [engine.Query].
	tell bson.E
}

// Scans say how the lists of some parents are read by one command, within sides. Hints means that queries name indexes.
func (k *Kind) Scans(p *Page, parents []Within, sides []Side, hints bool) []*Scan {
	if len(parents) == 1 {
		return []*Scan{k.scan(p, parents[0], sides, hints)}
	}
	var hint bson.D
	if hints {
		hint = k.commonHint(p, parents)
	}
	scans := make([]*Scan, len(parents))
	for i, within := range parents {
		scans[i] = &Scan{filter: p.Filter(within, sides), hint: hint, tell: k.soleLink(p, within, hint)}
	}
	return scans
}

// Query asks for up to limit elements of a page.
func (s *Scan) Query(p *Page, skip, limit int) engine.Query {
	if s.Leave != nil {
		limit++
	}
	return engine.Query{
		Filter: s.filter, Sort: p.Order.Sort(p.Reversed), Skip: skip, Limit: limit, Fields: p.Projection(),
		Hint: s.hint, Min: s.min, Max: s.max, Tell: s.tell,
	}
}

// scan is how one list is read. Where nothing but one cursor bounds it, reading begins or ends at its place in the
// order's index: a condition on value and id would look at all that shares the value, and at documents (ADR 6).
func (k *Kind) scan(p *Page, within Within, sides []Side, hints bool) *Scan {
	s := &Scan{}
	if hints {
		s.hint = k.hint(p, within)
	}
	s.tell = k.soleLink(p, within, s.hint)
	if s.hint != nil && len(within.Any) == 0 && len(p.Conds) == 0 && len(sides) == 1 && s.bound(p, sides[0]) {
		sides = nil
		if p.endsShown() {
			unbound := *p
			unbound.Shown = nil
			p = &unbound
		}
	}
	s.filter = p.Filter(within, sides)
	return s
}

// bound makes reading begin or end at a place; false if it can't. An index goes from high to low and ends with what has
// no value: a working copy that was never published is shown to the newsroom.
func (s *Scan) bound(p *Page, side Side) bool {
	at := bson.D{{Key: p.Order.Path, Value: side.Value}, {Key: "_id", Value: side.ID}}
	var end any = bson.MinKey{}
	if p.endsShown() {
		end = Unpublished
		if t, ok := side.Value.(time.Time); !ok || !t.After(Unpublished) {
			return false
		}
	}
	switch {
	case p.Order.Desc == side.Behind:
		s.min, s.max = at, bson.D{{Key: p.Order.Path, Value: end}, {Key: "_id", Value: bson.MaxKey{}}}
		if !side.With {
			s.Leave = &side.Place
		}
	case !side.With:
		s.max = at
	default:
		return false
	}
	return true
}
