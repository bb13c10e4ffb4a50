package storage

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/storage/query"
)

// check turns a request for a list into a description of the page to read, or returns what is wrong with it.
func (c *Collection[T, F]) check(ctx context.Context, l List[F]) (*query.Page, error) {
	p, err := query.NewPage(query.Arguments{
		First: l.First, Last: l.Last, Offset: l.Offset, After: l.After,
		Before: l.Before,
	})
	if err != nil {
		return nil, err
	}
	chain, rekeying := c.store.Site().Languages.Chain(l.Locale), c.store.rekeying.Load() > 0
	order, err := c.lists.Ordering(c.lists.View(l.Stage), l.Order, chain[0], rekeying)
	if err != nil {
		return nil, err
	}
	if err := p.Between(order, l.After, l.Before); err != nil {
		return nil, err
	}
	w, err := c.conditions(ctx, &l, chain)
	if err != nil {
		return nil, err
	}
	p.View, p.Conds, p.Fields = w.View, w.Conds, l.Fields
	if l.Search != "" {
		p.Conds = append(p.Conds, bson.D{{Key: "_id", Value: query.OneOf(l.matches)}})
	}
	if p.Editing {
		p.Linked = c.relations
	}
	return p, nil
}

// readPages reads one page for each of some parents from the store, and caches the entries that it read with them.
func (c *Collection[T, F]) readPages(
	ctx context.Context, l List[F], parents []Within, since uint64,
) ([]readPage[T], error) {
	if err := c.match(ctx, &l); err != nil {
		return nil, err
	}
	p, err := c.check(ctx, l)
	if err != nil {
		return nil, err
	}
	if l.Search != "" && l.Order == query.RelevanceOrder {
		return c.byRelevance(ctx, l, p, parents)
	}
	want, keeps := c.cacheable(l.Stage, l.Fields)
	p.Bare = keeps && c.hitShare.Load() > hitShareBare
	parts, err := c.readParts(ctx, p, l.Asked, parents)
	if err != nil {
		return nil, err
	}
	pages := make([]readPage[T], len(parents))
	for i, rows := range parts.rows {
		page, more, err := c.page(p, rows)
		if err != nil {
			return nil, err
		}
		if keeps {
			c.cacheRows(rows[:len(page.ids)], want, since)
		}
		if l.Total {
			page.total = parts.totals[i]
		}
		page.info.HasNextPage = more && !p.Reversed || parts.behind != nil && parts.behind[i]
		page.info.HasPreviousPage = more && p.Reversed || parts.inFront != nil && parts.inFront[i]
		if l.Previous && p.Skip > 0 {
			if page.info.HasPreviousPage, err = c.skipped(ctx, p, parents[i], page); err != nil {
				return nil, err
			}
		}
		pages[i] = page
	}
	return pages, nil
}

// skipped reports whether an element comes before a page that starts at an offset. If the page has an element, the
// skipped ones come before it. If it has none, the offset lies behind the end, and skipped checks whether the list
// has any element.
func (c *Collection[T, F]) skipped(ctx context.Context, p *query.Page, parent Within, page readPage[T]) (bool, error) {
	if len(page.ids) > 0 {
		return true, nil
	}
	found, err := c.any(ctx, p, []Within{parent})
	return err == nil && found[0], err
}

// page makes a page from the rows that were read, and reports whether there are more. It sorts the rows into the
// order of the page.
func (c *Collection[T, F]) page(p *query.Page, rows []row[T]) (page readPage[T], more bool, err error) {
	if more = len(rows) > p.Limit; more {
		rows = rows[:p.Limit]
	}
	if p.Reversed {
		slices.Reverse(rows)
	}
	page.keptPage = &keptPage{ids: make([]content.ID, len(rows)), cursors: make([]string, len(rows))}
	if !p.Bare {
		page.nodes = make([]T, len(rows))
	}
	for i, r := range rows {
		page.ids[i] = r.ID
		if page.cursors[i], err = p.Order.Cursor(r.Place); err != nil {
			return page, false, err
		}
		if !p.Bare {
			page.nodes[i] = r.entry
		}
	}
	if n := len(rows); n > 0 {
		page.info.StartCursor, page.info.EndCursor = &page.cursors[0], &page.cursors[n-1]
	}
	return page, more, nil
}

// conditions turns a filter into conditions. It first looks up everything that the filter needs about other entries.
func (c *Collection[T, F]) conditions(ctx context.Context, l *List[F], chain []content.Locale) (*where, error) {
	all := &lookups{store: c.store, drafts: l.Drafts}
	w := c.where(all, l.Stage, chain, l.Filter, 0)
	if w.Err == nil && !all.asked.none() {
		if err := all.answer(ctx); err != nil {
			return nil, err
		}
		w = c.where(all, l.Stage, chain, l.Filter, 0)
	}
	return w, w.Err
}
