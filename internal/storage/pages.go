package storage

import (
	"context"

	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/storage/query"
)

// Pages returns one page for each of some parents, all with the same arguments. The number of round trips does not
// depend on the number of parents. The entries are shared, as with [Collection.Cached].
func (c *Collection[T, F]) Pages(ctx context.Context, l List[F], parents []Within) ([]*content.Connection[T], error) {
	cache.Note(ctx, cache.Kind(c.kind))
	if c.whole {
		if _, _, err := c.store.settleOpen(ctx); err != nil {
			return nil, err
		}
	}
	if l.Order == "" && l.Search != "" {
		l.Order = query.RelevanceOrder
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
func (c *Collection[T, F]) connections(
	ctx context.Context, l List[F], pages []readPage[T],
) ([]*content.Connection[T], error) {
	var ids []content.ID
	for _, page := range pages {
		if page.nodes == nil {
			ids = append(ids, page.ids...)
		}
	}
	entries, err := c.cached(ctx, ids, l.Stage, l.Fields)
	if err != nil {
		return nil, err
	}
	connections := make([]*content.Connection[T], len(pages))
	for i, page := range pages {
		connection := &content.Connection[T]{
			Nodes: page.nodes, Cursors: page.cursors, PageInfo: page.info,
			TotalCount: page.total,
		}
		if page.nodes == nil {
			connection.Nodes, connection.Cursors = make([]T, 0, len(page.ids)), make([]string, 0, len(page.ids))
			for k := range page.ids {
				if e := entries[k]; !content.IsNil(e) { // otherwise the entry was removed meanwhile
					connection.Nodes, connection.Cursors = append(connection.Nodes, e), append(connection.Cursors, page.cursors[k])
				}
			}
			entries = entries[len(page.ids):]
		}
		connections[i] = connection
	}
	return connections, nil
}
