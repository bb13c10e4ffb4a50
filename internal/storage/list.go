package storage

import (
	"context"
	"slices"

	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/storage/query"
)

// List asks for a page of entries of one kind.
type List[F any] struct {
	// First and Last bound the page from the front or from the end; at most one is set.
	First, Last   *int
	After, Before string
	Offset        *int
	Filter        F
	Order         content.Order
	// Locale is the language in which names are ordered and texts compared.
	Locale content.Locale
	// Stage is the copy that is read and compared; the published one when it is empty.
	Stage content.Stage
	// Drafts are the kinds of which a slug in the filter also leads to what was never published; nil for readers.
	Drafts []content.Kind
	// Fields are the stored fields to read of each element.
	Fields []string
	Asked
}

// Asked says whether totalCount, hasNextPage and hasPreviousPage are asked for: what
// nobody reads is not looked up.
type Asked struct{ Total, Next, Previous bool }

// and is what either asks for.
func (a Asked) and(b Asked) Asked {
	return Asked{a.Total || b.Total, a.Next || b.Next, a.Previous || b.Previous}
}

// Within and Link bound a list to what a parent has.
type (
	Within = query.Within
	Link   = query.Link
)

// Size is how many elements the page has at most.
func (l List[F]) Size() int {
	switch {
	case l.First != nil:
		return max(*l.First, 0)
	case l.Last != nil:
		return max(*l.Last, 0)
	}
	return content.DefaultPage
}

// check turns what was asked into what is to be read, or says what is wrong with it.
func (c *Collection[T, F]) check(ctx context.Context, l List[F]) (*query.Page, error) {
	p, err := query.NewPage(query.Arguments{First: l.First, Last: l.Last, Offset: l.Offset, After: l.After, Before: l.Before})
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
	if p.Editing {
		p.Linked = c.relations
	}
	return p, nil
}

// readPage is a page as it was read; nodes is nil where only the elements' places were.
type readPage[T any] struct {
	*keptPage
	nodes []T
}

// Pages gives readers one page for each of some parents; all are asked for alike. However
// many parents there are, the number of round trips is the same. The entries are shared, as with
// [Collection.Known].
func (c *Collection[T, F]) Pages(ctx context.Context, l List[F], parents []Within) ([]*content.Connection[T], error) {
	cache.Note(ctx, cache.Kind(c.kind))
	if c.whole {
		if _, _, err := c.store.settleOpen(ctx); err != nil {
			return nil, err
		}
	}
	if l.Order == "" && len(parents) > 0 {
		l.Order = parents[0].Order
	}
	pages := make([]readPage[T], len(parents))
	keys, keeps := c.keys(l, parents)
	var missing []Within
	var missingKeys []string
	var places []int
	wider := l.Asked
	for i, w := range parents {
		if known, ok := c.store.memory.pages.Get(keys[i]); keeps && ok {
			if known.asked == known.asked.and(l.Asked) {
				pages[i].keptPage = known
				cache.Note(ctx, known.tags...)
				continue
			}
			wider = wider.and(known.asked)
		}
		missing, places = append(missing, w), append(places, i)
		if keeps {
			missingKeys = append(missingKeys, keys[i])
		}
	}
	if missing != nil {
		l.Asked = wider
		read, err := c.readShared(ctx, l, missing, missingKeys)
		if err != nil {
			return nil, err
		}
		for k, i := range places {
			pages[i] = read[k]
		}
	}
	return c.connections(ctx, l, pages)
}

// connections completes pages with the entries that were not read with them.
func (c *Collection[T, F]) connections(ctx context.Context, l List[F], pages []readPage[T]) ([]*content.Connection[T], error) {
	var ids []content.ID
	for _, page := range pages {
		if page.nodes == nil {
			ids = append(ids, page.ids...)
		}
	}
	entries, err := c.known(ctx, ids, l.Stage, l.Fields)
	if err != nil {
		return nil, err
	}
	connections := make([]*content.Connection[T], len(pages))
	for i, page := range pages {
		made := &content.Connection[T]{Nodes: page.nodes, Cursors: page.cursors, PageInfo: page.info, TotalCount: page.total}
		if page.nodes == nil {
			made.Nodes, made.Cursors = make([]T, 0, len(page.ids)), make([]string, 0, len(page.ids))
			for k := range page.ids {
				if e := entries[k]; !content.IsNil(e) { // or else it went since
					made.Nodes, made.Cursors = append(made.Nodes, e), append(made.Cursors, page.cursors[k])
				}
			}
			entries = entries[len(page.ids):]
		}
		connections[i] = made
	}
	return connections, nil
}

// readPages reads one page for each of some parents from the store, and keeps the entries that come with it.
func (c *Collection[T, F]) readPages(ctx context.Context, l List[F], parents []Within, since uint64) ([]readPage[T], error) {
	if l.Order == "" && slices.ContainsFunc(parents, func(w Within) bool { return w.Chosen }) {
		return c.readMixed(ctx, l, parents, since)
	}
	p, err := c.check(ctx, l)
	if err != nil {
		return nil, err
	}
	want, keeps := c.keeps(l.Stage, l.Fields)
	p.Bare = keeps && c.familiar.Load() > familiarEnough
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
			c.adopt(rows[:len(page.ids)], want, since)
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

// skipped tells whether there is an element in front of a page by an offset: the page has one, so those before it were
// skipped; or the offset lies behind the end, and the list is looked at.
func (c *Collection[T, F]) skipped(ctx context.Context, p *query.Page, parent Within, page readPage[T]) (bool, error) {
	if len(page.ids) > 0 {
		return true, nil
	}
	some, err := c.any(ctx, p, []Within{parent})
	return err == nil && some[0], err
}

// page makes a page from the rows that were read, and tells whether there are more. It leaves the rows in the order of
// the page.
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
