package storage

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"sen/internal/cache"
	"sen/internal/content"
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

// Within bounds a list to what one parent has: what any of its links leads to, and
// is not the parent itself.
type Within struct {
	// Any are the links; a list of the whole kind has none.
	Any []Link
	// Not is left out.
	Not content.ID
	// Chosen tells that the one link names entries in the order in which somebody chose them: the list has it where no
	// other one is asked for.
	Chosen bool
	// Order is the order where no other one is asked for, the kind's own when it is empty; of several parents all have the same.
	Order content.Order
}

// Link is a stored field with the ids that it may hold; the field "_id" is the entry itself.
type Link struct {
	Field string
	IDs   []content.ID
}

// path is where the field stands in a document.
func (l Link) path(v view) string {
	if l.Field == "_id" {
		return l.Field
	}
	return v.at + l.Field
}

// conditions hold for what is within.
func (w Within) conditions(v view) bson.A {
	links := make(bson.A, len(w.Any))
	for i, l := range w.Any {
		links[i] = bson.D{{Key: l.path(v), Value: oneOf(l.IDs)}}
	}
	var conds bson.A
	switch len(links) {
	case 0:
	case 1:
		conds = links
	default:
		conds = bson.A{bson.D{{Key: "$or", Value: links}}}
	}
	if w.Not != "" {
		conds = append(conds, bson.D{{Key: "_id", Value: bson.D{{Key: "$ne", Value: w.Not}}}})
	}
	return conds
}

// oneOf holds for a field that has one of some ids.
func oneOf(ids []content.ID) bson.D {
	if len(ids) == 1 {
		return bson.D{{Key: "$eq", Value: ids[0]}}
	}
	return bson.D{{Key: "$in", Value: append([]content.ID{}, ids...)}} // never nil: $in wants an array
}

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

// page is a checked [List].
type page struct {
	view
	order         ordering
	conds         bson.A
	after, before *place
	skip, limit   int
	reversed      bool
	fields        []string
	// bare tells that only the elements' places are read.
	bare bool
	// linked are the fields with links that are found by the links of both copies; nil where each has an index.
	linked []string
}

// check turns what was asked into what is to be read, or says what is wrong with it.
func (c *Collection[T, F]) check(ctx context.Context, l List[F]) (*page, error) {
	p := &page{view: c.view(l.Stage), limit: content.DefaultPage, fields: l.Fields}
	refuse := func(format string, args ...any) (*page, error) {
		return nil, content.Errorf(content.CodeBadUserInput, format, args...)
	}
	for _, n := range []struct {
		name  string
		value *int
	}{{"first", l.First}, {"last", l.Last}} {
		if n.value == nil {
			continue
		}
		if *n.value < 0 || *n.value > content.MaxPage {
			return refuse("%s is %d; it must be from 0 to %d.", n.name, *n.value, content.MaxPage)
		}
		p.limit = *n.value
	}
	p.reversed = l.Last != nil
	switch {
	case l.First != nil && l.Last != nil:
		return refuse("first and last can't stand together.")
	case l.Offset != nil && (l.After != "" || l.Before != "" || l.Last != nil):
		return refuse("offset can't stand together with after, before or last.")
	case l.Offset != nil && (*l.Offset < 0 || *l.Offset > content.MaxOffset):
		return refuse("offset is %d; it must be from 0 to %d. Further on, go by cursor.", *l.Offset, content.MaxOffset)
	case l.Offset != nil:
		p.skip = *l.Offset
	}
	chain := c.store.Site().Languages.Chain(l.Locale)
	var err error
	if p.order, err = c.ordering(p.view, l.Order, chain[0]); err != nil {
		return nil, err
	}
	for _, cursor := range []struct {
		text string
		to   **place
	}{{l.After, &p.after}, {l.Before, &p.before}} {
		if cursor.text == "" {
			continue
		}
		at, err := p.order.place(cursor.text)
		if err != nil {
			return nil, err
		}
		*cursor.to = &at
	}
	w, err := c.conditions(ctx, &l, chain)
	if err != nil {
		return nil, err
	}
	p.view, p.conds = w.view, w.conds
	if p.editing {
		p.linked = c.relations
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
	p.bare = keeps && c.familiar.Load() > familiarEnough
	tasks, taskCtx := errgroup.WithContext(ctx)
	var totals []int
	if l.Total {
		tasks.Go(func() (err error) {
			totals, err = c.counts(taskCtx, p, parents)
			return err
		})
	}
	// Beyond a cursor there is something only if the element it came from, or one on
	// its other side, is still there.
	var beforeAfter, behindBefore []bool
	if l.Previous && p.after != nil {
		tasks.Go(func() (err error) {
			beforeAfter, err = c.any(taskCtx, p, parents, side{*p.after, false, true})
			return err
		})
	}
	if l.Next && p.before != nil {
		tasks.Go(func() (err error) {
			behindBefore, err = c.any(taskCtx, p, parents, side{*p.before, true, true})
			return err
		})
	}
	var bounds []side
	if p.after != nil {
		bounds = append(bounds, side{*p.after, true, false})
	}
	if p.before != nil {
		bounds = append(bounds, side{*p.before, false, false})
	}
	found, err := c.rows(taskCtx, p, parents, bounds, p.skip, p.limit+1)
	if waitErr := tasks.Wait(); err == nil {
		err = waitErr
	}
	if err != nil {
		return nil, err
	}
	pages := make([]readPage[T], len(parents))
	for i, rows := range found {
		page, more, err := c.page(p, rows)
		if err != nil {
			return nil, err
		}
		if rows = rows[:len(page.ids)]; !p.bare {
			page.nodes = make([]T, len(rows))
			for k, r := range rows {
				page.nodes[k] = r.entry
			}
		}
		if keeps {
			c.adopt(rows, want, since)
		}
		info := &page.info
		info.HasNextPage = !p.reversed && more || behindBefore != nil && behindBefore[i]
		info.HasPreviousPage = p.reversed && more || beforeAfter != nil && beforeAfter[i]
		if l.Previous && p.skip > 0 && !info.HasPreviousPage {
			if info.HasPreviousPage = len(page.ids) > 0; !info.HasPreviousPage {
				some, err := c.any(ctx, p, parents[i:i+1])
				if err != nil {
					return nil, err
				}
				info.HasPreviousPage = some[0]
			}
		}
		if l.Total {
			page.total = totals[i]
		}
		pages[i] = page
	}
	return pages, nil
}

// any tells for each parent whether its list has an element in some part.
func (c *Collection[T, F]) any(ctx context.Context, p *page, parents []Within, bounds ...side) ([]bool, error) {
	probe := *p
	probe.bare = true
	found, err := c.rows(ctx, &probe, parents, bounds, 0, 1)
	if err != nil {
		return nil, err
	}
	some := make([]bool, len(found))
	for i := range found {
		some[i] = len(found[i]) > 0
	}
	return some, nil
}

// page makes a page from the rows that were read, and tells whether there are more. It leaves the rows in
// the order of the page.
func (c *Collection[T, F]) page(p *page, rows []row[T]) (page readPage[T], more bool, err error) {
	if more = len(rows) > p.limit; more {
		rows = rows[:p.limit]
	}
	if p.reversed {
		slices.Reverse(rows)
	}
	page.keptPage = &keptPage{ids: make([]content.ID, len(rows)), cursors: make([]string, len(rows))}
	for i, r := range rows {
		page.ids[i] = r.id
		if page.cursors[i], err = p.order.cursor(r.place); err != nil {
			return page, false, err
		}
	}
	if n := len(rows); n > 0 {
		page.info.StartCursor, page.info.EndCursor = &page.cursors[0], &page.cursors[n-1]
	}
	return page, more, nil
}
