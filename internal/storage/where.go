package storage

import (
	"context"

	"sen/internal/content"
	"sen/internal/storage/query"
)

// where collects the conditions of a filter of a kind.
type where struct {
	*query.Where
	// kind and stage say which copies of which entries are filtered.
	kind  content.Kind
	stage content.Stage
	// single are the stored links of the kind that have at most one end.
	single map[string]bool
	// depth is how many relations lead from the list to these entries: 0 for the list's own filter.
	depth int
	// lookups are shared by the list's filter and every `where` in it.
	*lookups
}

// conditions turns a filter into conditions. What it has to know of other entries is looked up together.
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

// where takes the conditions of a filter of the kind. Depth is how many relations lead from the list to its entries.
func (c *Collection[T, F]) where(all *lookups, stage content.Stage, chain []content.Locale, f F, depth int) *where {
	w := &where{
		Where: &query.Where{View: c.lists.View(stage), Chain: chain},
		kind:  c.kind, stage: stage, single: c.lists.Single, depth: depth, lookups: all,
	}
	query.Collect(w.Where, func(f F) { c.filter(w, f) }, f)
	return w
}
