package query

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Scan describes how one list is read.
type Scan struct {
	filter bson.D
	// hint names the index to read. If it is nil, the engine's planner chooses.
	hint bson.D
	// min is the position in the index at which the scan begins. max is the position before which it ends. nil means
	// the end of the index.
	min, max bson.D
	// Leave is the place at min if it does not belong to the requested part, or nil. One more element is read for it.
	// It comes first, or last if the page is read from its end.
	Leave *Place
	// discriminator is a link whose value distinguishes the elements from those of other lists: see [engine.Query].
	discriminator bson.E
}

// Scans returns how the lists of some parents are read by one command, limited to sides. hints means that queries
// name indexes.
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
		scans[i] = &Scan{filter: p.Filter(within, sides), hint: hint, discriminator: k.discriminator(p, within, hint)}
	}
	return scans
}

// Query returns the query for up to limit elements of a page.
func (s *Scan) Query(p *Page, skip, limit int) engine.Query {
	if s.Leave != nil {
		limit++
	}
	return engine.Query{
		Filter: s.filter, Sort: p.Order.Sort(p.Reversed), Skip: skip, Limit: limit, Fields: p.Projection(),
		Hint: s.hint, Min: s.min, Max: s.max, Discriminator: s.discriminator,
	}
}

// scan returns how one list is read. If only one cursor limits the list, the scan of the order's index begins or ends
// at the place of the cursor. A condition on the value and the id would examine all elements with the same value, and
// their documents (ADR 6).
func (k *Kind) scan(p *Page, within Within, sides []Side, hints bool) *Scan {
	s := &Scan{}
	if hints {
		s.hint = k.hint(p, within)
	}
	s.discriminator = k.discriminator(p, within, s.hint)
	if s.hint != nil && len(within.Any) == 0 && len(p.Conds) == 0 && len(sides) == 1 && s.bound(p, sides[0]) {
		sides = nil
		if p.ordersByShown() {
			unbound := *p
			unbound.Shown = nil
			p = &unbound
		}
	}
	s.filter = p.Filter(within, sides)
	return s
}

// bound limits the scan of the index to one side of a place, and reports whether it could. Missing values are at the
// low end of an index. The newsroom's lists include them, such as a working copy that was never published, so the scan
// goes to the end of the index. If the list is ordered by the field that decides what is shown, the scan ends at
// [Unpublished].
func (s *Scan) bound(p *Page, side Side) bool {
	at := bson.D{{Key: p.Order.Path, Value: side.Value}, {Key: "_id", Value: side.ID}}
	var end any = bson.MinKey{}
	if p.ordersByShown() {
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
