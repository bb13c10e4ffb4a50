package storage

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// row is an element that was read, with its place in the order.
type row[T any] struct {
	place
	// entry is nil where only the place was asked for; stored is how many bytes were read.
	entry  T
	stored int
}

// projection is what is read of an element: its fields, and what it is ordered by.
func (p *page) projection() bson.D {
	if p.bare {
		return bson.D{{Key: p.order.path, Value: 1}}
	}
	read := p.view.projection(p.fields)
	if !slices.ContainsFunc(read, func(e bson.E) bool { return e.Key == p.order.path }) {
		read = append(read, bson.E{Key: p.order.path, Value: 1})
	}
	return read
}

// rows reads up to limit elements for each parent, within bounds.
func (c *Collection[T, F]) rows(ctx context.Context, p *page, parents []Within, bounds []side, skip, limit int) ([][]row[T], error) {
	found := make([][]row[T], len(parents))
	queries := make([]engine.Query, len(parents))
	scans := make([]*scan, len(parents))
	hint := c.commonHint(p, parents)
	for i, within := range parents {
		scan := &scan{filter: p.filter(within, bounds), hint: hint}
		if len(parents) == 1 {
			scan = c.scan(p, within, bounds)
		}
		scans[i] = scan
		queries[i] = engine.Query{
			Filter: scan.filter, Sort: p.order.sort(p.reversed), Skip: skip, Limit: limit + scan.extra(), Fields: p.projection(),
			Hint: scan.hint, Min: scan.min, Max: scan.max, Tell: c.soleLink(p, within, scan.hint),
		}
	}
	err := c.read(p.view).FindEach(ctx, queries, func(i int, doc bson.Raw) error {
		r, err := c.row(p, doc)
		if err == nil {
			found[i] = append(found[i], r)
		}
		return err
	})
	for i := range found {
		found[i] = cut(scans[i], found[i], limit)
	}
	return found, err
}

// counts counts each parent's whole list.
func (c *Collection[T, F]) counts(ctx context.Context, p *page, parents []Within) ([]int, error) {
	filters := make([]bson.D, len(parents))
	for i, within := range parents {
		filters[i] = p.filter(within, nil)
	}
	return c.read(p.view).Count(ctx, filters...)
}

// row decodes an element.
func (c *Collection[T, F]) row(p *page, raw bson.Raw) (r row[T], err error) {
	doc := bsondoc.Document(raw)
	r.stored = len(raw)
	if p.bare {
		id, err := doc.At("_id").Text()
		if err != nil {
			return r, err
		}
		r.id = content.ID(strings.Clone(id))
	} else if r.id, r.entry, err = c.decode(p.view, doc); err != nil {
		return r, err
	}
	switch v := doc.At(p.order.steps...); v.Kind {
	case bson.TypeDateTime:
		r.value = v.Time()
	case bson.TypeString:
		s, _ := v.Text()
		r.value = strings.Clone(s)
	case bson.TypeNull: // see absence
	default:
		r.value, err = v.Integer()
	}
	return r, err
}

// soleLink tells the elements of one parent's list from those of others by the link that the parent has them by, where that
// is one that stands in the index of the hint: bare places are read from that alone then. It is the zero value where there
// is no such link.
func (c *Collection[T, F]) soleLink(p *page, w Within, hint bson.D) (tell bson.E) {
	if !p.bare || len(hint) != 3 || !c.single[strings.TrimPrefix(hint[0].Key, p.at)] {
		return tell
	}
	if len(w.Any) > 0 && w.Any[0].path(p.view) == hint[0].Key {
		return bson.E{Key: hint[0].Key, Value: string(w.Any[0].IDs[0])}
	}
	return tell
}
