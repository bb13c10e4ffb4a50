package storage

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// row is an element that was read, with its place in the order.
type row[T any] struct {
	query.Place
	// entry is nil where only the place was asked for; stored is how many bytes were read.
	entry  T
	stored int
}

// listParts is what is read of the lists of some parents for a page of each.
type listParts[T any] struct {
	// rows are up to one more than the page has: the last one means that there are more.
	rows [][]row[T]
	// totals are the sizes of the whole lists; nil if they are not asked for.
	totals []int
	// inFront and behind tell whether there is anything in front of the cursor `after`, and behind the cursor `before`.
	// They are nil if that is not asked for or there is no such cursor.
	inFront, behind []bool
}

// readParts reads what the pages of some parents are made from, each part by one command for all parents, at the same
// time.
func (c *Collection[T, F]) readParts(ctx context.Context, p *query.Page, asked Asked, parents []Within) (parts listParts[T], err error) {
	tasks, ctx := errgroup.WithContext(ctx)
	tasks.Go(func() (err error) {
		parts.rows, err = c.rows(ctx, p, parents, p.Sides(), p.Skip, p.Limit+1)
		return err
	})
	if asked.Total {
		tasks.Go(func() (err error) {
			parts.totals, err = c.counts(ctx, p, parents)
			return err
		})
	}
	// On the other side of a cursor there is something if the element that it came from is still there, or another one.
	if asked.Previous && p.After != nil {
		tasks.Go(func() (err error) {
			parts.inFront, err = c.any(ctx, p, parents, query.Side{Place: *p.After, With: true})
			return err
		})
	}
	if asked.Next && p.Before != nil {
		tasks.Go(func() (err error) {
			parts.behind, err = c.any(ctx, p, parents, query.Side{Place: *p.Before, Behind: true, With: true})
			return err
		})
	}
	return parts, tasks.Wait()
}

// rows reads up to limit elements for each parent, within sides.
func (c *Collection[T, F]) rows(
	ctx context.Context, p *query.Page, parents []Within, sides []query.Side, skip, limit int,
) ([][]row[T], error) {
	scans := c.lists.Scans(p, parents, sides, c.store.hints.Load())
	queries := make([]engine.Query, len(scans))
	for i, scan := range scans {
		queries[i] = scan.Query(p, skip, limit)
	}
	found := make([][]row[T], len(parents))
	err := c.read(p.View).FindEach(ctx, queries, func(i int, doc bson.Raw) error {
		r, err := c.row(p, doc)
		if err == nil {
			found[i] = append(found[i], r)
		}
		return err
	})
	for i, scan := range scans {
		if scan.Leave != nil {
			found[i] = slices.DeleteFunc(found[i], func(r row[T]) bool { return r.Is(*scan.Leave) })
		}
		found[i] = found[i][:min(len(found[i]), limit)]
	}
	return found, err
}

// counts counts each parent's whole list.
func (c *Collection[T, F]) counts(ctx context.Context, p *query.Page, parents []Within) ([]int, error) {
	filters := make([]bson.D, len(parents))
	for i, within := range parents {
		filters[i] = p.Filter(within, nil)
	}
	return c.read(p.View).Count(ctx, filters...)
}

// any tells for each parent whether its list has an element in some part.
func (c *Collection[T, F]) any(ctx context.Context, p *query.Page, parents []Within, sides ...query.Side) ([]bool, error) {
	probe := *p
	probe.Bare = true
	found, err := c.rows(ctx, &probe, parents, sides, 0, 1)
	if err != nil {
		return nil, err
	}
	some := make([]bool, len(found))
	for i := range found {
		some[i] = len(found[i]) > 0
	}
	return some, nil
}

// row decodes an element.
func (c *Collection[T, F]) row(p *query.Page, raw bson.Raw) (r row[T], err error) {
	doc := bsondoc.Document(raw)
	r.stored = len(raw)
	if p.Bare {
		id, err := doc.At("_id").Text()
		if err != nil {
			return r, err
		}
		r.ID = content.ID(strings.Clone(id))
	} else if r.ID, r.entry, err = c.decode(p.View, doc); err != nil {
		return r, err
	}
	switch v := doc.At(p.Order.Steps...); v.Kind {
	case bson.TypeDateTime:
		r.Value = v.Time()
	case bson.TypeString:
		s, _ := v.Text()
		r.Value = strings.Clone(s)
	case bson.TypeNull: // see query.Absence
	default:
		r.Value, err = v.Integer()
	}
	return r, err
}
