package storage

import (
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// relation adds the conditions of a filter by a link to entries of another collection. Only links to entries that the
// actor can see count.
func relation[T any, F content.Filter[F]](
	w *where, field string, to *Collection[T, F], f *content.RelationFilter[F],
) {
	if f == nil {
		return
	}
	all, none := f.All != nil && *f.All, f.None != nil && *f.None
	named, filtered := f.IDs != nil || f.Slugs != nil, !content.IsNil(f.Where)
	if all && (none || filtered) {
		w.Refuse("`all` can't stand together with `none` or `where` in a filter by a relation.")
		return
	}
	if f.Exists != nil {
		w.leads(field, to.kind, *f.Exists)
	}
	if none && !named && !filtered {
		w.leads(field, to.kind, false)
	}
	if named {
		w.Limit(len(f.IDs) + len(f.Slugs))
		if ids, lost := w.targets(to.kind, f.IDs, f.Slugs); all {
			w.linksToAll(field, ids, lost)
		} else {
			w.linksTo(field, ids, none)
		}
	}
	if filtered {
		w.linksTo(field, reach(w, to, f.Where), none)
	}
}

// reach returns the entries of another collection that match a filter. They are those that the list of that
// collection, with this filter, would show the actor: published entries, or working copies if the actor may see them,
// without the trash.
func reach[T any, F content.Filter[F]](w *where, to *Collection[T, F], f F) []content.ID {
	if w.answers != nil {
		return w.answers.reached[f]
	}
	if w.depth == content.MaxWhereDepth {
		w.Refuse("The filter reaches through more than %d relations: a `where` may stand within another one, but no deeper.",
			content.MaxWhereDepth)
		return nil
	}
	all, chain, depth := w.lookups, w.Chain, w.depth+1
	within := func() *where { return to.where(all, stageFor(to.kind, all.drafts), chain, f, depth) }
	if err := within().Err; err != nil && w.Err == nil { // the call also collects the questions of the inner filter
		w.Err = err
	}
	w.asked.reached = append(w.asked.reached, reached{f, to.kind, depth, func() (engine.Query, error) {
		w := within()
		p := query.Page{View: w.View, Conds: w.Conds}
		if p.Editing {
			p.Linked = to.relations
		}
		return engine.Query{
			Table: to.name, Filter: p.Filter(Within{}, nil), Fields: idOnly, Limit: content.MaxWhereEntries + 1,
		}, w.Err
	}})
	return nil
}

// where returns the conditions of a filter of the kind. depth is the number of relations between the list and the
// filtered entries.
func (c *Collection[T, F]) where(all *lookups, stage content.Stage, chain []content.Locale, f F, depth int) *where {
	w := &where{
		Where: &query.Where{View: c.lists.View(stage), Chain: chain},
		kind:  c.kind, stage: stage, single: c.lists.Single, depth: depth, lookups: all,
	}
	query.Collect(w.Where, func(f F) { c.filter(w, f) }, f)
	return w
}
