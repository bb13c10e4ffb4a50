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

// row is one element of a list that was read, with its place in the order.
type row[T any] struct {
	query.Place
	// entry is nil if only ids and sort keys were read. stored is the size of the document that was read, in bytes.
	entry  T
	stored int
}

// listParts is what was read of the lists of some parents, from which one page for each is made.
type listParts[T any] struct {
	// rows are at most one more than the page has. That last one means that there are more.
	rows [][]row[T]
	// totals are the sizes of the whole lists. It is nil if they are not requested.
	totals []int
	// inFront and behind say whether there is an element before the cursor `after`, and behind the cursor `before`.
	// They are nil if that is not requested or there is no such cursor.
	inFront, behind []bool
}

// readParts reads everything from which the pages of some parents are made. Each part is read by one command for all
// parents. The commands run in parallel.
func (c *Collection[T, F]) readParts(
	ctx context.Context, p *query.Page, asked Asked, parents []Within,
) (parts listParts[T], err error) {
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
	// There is an element on the other side of a cursor if the cursor's own element still exists, or another one does.
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

// rows reads up to limit elements for each parent, limited to sides.
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
			found[i] = slices.DeleteFunc(found[i], func(r row[T]) bool { return r.Equal(*scan.Leave) })
		}
		found[i] = found[i][:min(len(found[i]), limit)]
	}
	return found, err
}

// counts counts the elements of each parent's whole list.
func (c *Collection[T, F]) counts(ctx context.Context, p *query.Page, parents []Within) ([]int, error) {
	filters := make([]bson.D, len(parents))
	for i, within := range parents {
		filters[i] = p.Filter(within, nil)
	}
	return c.read(p.View).Count(ctx, filters...)
}

// any reports for each parent whether its list has an element within sides.
func (c *Collection[T, F]) any(
	ctx context.Context, p *query.Page, parents []Within, sides ...query.Side,
) ([]bool, error) {
	probe := *p
	probe.Bare = true
	found, err := c.rows(ctx, &probe, parents, sides, 0, 1)
	if err != nil {
		return nil, err
	}
	nonEmpty := make([]bool, len(found))
	for i := range found {
		nonEmpty[i] = len(found[i]) > 0
	}
	return nonEmpty, nil
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
