package storage

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// readMixed does what readPages does, where an editor chose the elements of some of the lists.
func (c *Collection[T, F]) readMixed(
	ctx context.Context, l List[F], parents []Within, since uint64,
) ([]readPage[T], error) {
	var chosen, others []Within
	for _, w := range parents {
		if w.Chosen {
			chosen = append(chosen, w)
		} else {
			others = append(others, w)
		}
	}
	var ofChosen, ofOthers []readPage[T]
	tasks, taskCtx := errgroup.WithContext(ctx)
	tasks.Go(func() (err error) {
		ofChosen, err = c.chosenPages(taskCtx, l, chosen)
		return err
	})
	if others != nil {
		tasks.Go(func() (err error) {
			ofOthers, err = c.readPages(taskCtx, l, others, since)
			return err
		})
	}
	if err := tasks.Wait(); err != nil {
		return nil, err
	}
	pages := make([]readPage[T], 0, len(parents))
	for _, w := range parents {
		from := &ofOthers
		if w.Chosen {
			from = &ofChosen
		}
		pages, *from = append(pages, (*from)[0]), (*from)[1:]
	}
	return pages, nil
}

// chosenPages reads one page for each of some parents whose lists an editor chose. Such a list is short. So
// chosenPages reads all visible entries of the list and sorts them in memory.
func (c *Collection[T, F]) chosenPages(ctx context.Context, l List[F], parents []Within) ([]readPage[T], error) {
	l.Order = query.ChosenOrder
	p, err := c.check(ctx, l)
	if err != nil {
		return nil, err
	}
	lists := make([][]content.ID, len(parents))
	var all []content.ID
	for i, w := range parents {
		lists[i] = w.ChosenIDs()
		all = append(all, lists[i]...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	entries, err := c.chosen(ctx, l, p, all, len(parents))
	if err != nil {
		return nil, err
	}
	pages := make([]readPage[T], len(parents))
	for i, ids := range lists {
		if pages[i], err = chosenPage(p, ids, entries); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// chosen returns the entries, out of those with some ids, that a list may show. If the ids are few and the list has
// no filter, it returns the entries themselves, from the cache as far as possible. Otherwise it looks up only which
// ids are visible, and the values of the map are nil.
func (c *Collection[T, F]) chosen(
	ctx context.Context, l List[F], p *query.Page, ids []content.ID, parents int,
) (map[content.ID]T, error) {
	found := make(map[content.ID]T, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	if content.IsNil(l.Filter) && l.Stage != content.StageDraft && len(ids) <= max(1, p.Limit)*parents {
		known, err := c.cached(ctx, ids, l.Stage, l.Fields)
		for i, e := range known {
			if !content.IsNil(e) {
				found[ids[i]] = e
			}
		}
		return found, err
	}
	filter := p.Filter(Within{Any: []Link{{Field: "_id", IDs: ids}}}, nil)
	err := c.read(p.View).Find(ctx, engine.Query{Filter: filter, Fields: idOnly, Batch: len(ids)},
		func(doc bson.Raw) error {
			var unread T
			found[content.ID(bsondoc.ID(doc))] = unread
			return nil
		})
	return found, err
}

// chosenPage cuts a page out of a chosen list. The map entries holds the visible ones.
func chosenPage[T any](p *query.Page, ids []content.ID, entries map[content.ID]T) (page readPage[T], err error) {
	var seen []int // the indexes in ids of the visible entries
	for i, id := range ids {
		if _, ok := entries[id]; ok {
			seen = append(seen, i)
		}
	}
	// A cursor is a position in the chosen list. If its entry is not in the list any more, the cursor lies before the
	// entry that now has this position.
	span := func(at *query.Place) (from, behind int) {
		if i := slices.Index(ids, at.ID); i >= 0 {
			return i, i + 1
		}
		i, _ := at.Value.(int64)
		return int(i), int(i)
	}
	list := seen
	page.keptPage = &keptPage{total: len(seen)}
	info := &page.info
	if p.Before != nil {
		from, _ := span(p.Before)
		list = slices.DeleteFunc(slices.Clone(list), func(i int) bool { return i >= from })
		info.HasNextPage = len(list) < len(seen)
	}
	if p.After != nil {
		_, behind := span(p.After)
		n := len(list)
		list = slices.DeleteFunc(slices.Clone(list), func(i int) bool { return i < behind })
		info.HasPreviousPage = len(list) < n
	}
	if p.Skip > 0 {
		info.HasPreviousPage = len(list) > 0
		list = list[min(p.Skip, len(list)):]
	}
	if more := len(list) - p.Limit; more > 0 && p.Reversed {
		list, info.HasPreviousPage = list[more:], true
	} else if more > 0 {
		list, info.HasNextPage = list[:p.Limit], true
	}
	return page, page.fill(p.Order, ids, list, entries)
}

// fill puts the entries at some positions of a chosen list on a page.
func (r *readPage[T]) fill(o query.Ordering, ids []content.ID, places []int, entries map[content.ID]T) error {
	r.ids, r.cursors = make([]content.ID, len(places)), make([]string, len(places))
	nodes, whole := make([]T, len(places)), true
	for k, i := range places {
		cursor, err := o.Cursor(query.Place{Value: int64(i), ID: ids[i]})
		if err != nil {
			return err
		}
		r.ids[k], r.cursors[k], nodes[k] = ids[i], cursor, entries[ids[i]]
		whole = whole && !content.IsNil(nodes[k])
	}
	if whole {
		r.nodes = nodes
	}
	if n := len(places); n > 0 {
		r.info.StartCursor, r.info.EndCursor = &r.cursors[0], &r.cursors[n-1]
	}
	return nil
}
