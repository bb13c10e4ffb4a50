package storage

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// relation takes the conditions of a filter by a link to entries of another collection. Only links count whose end the
// actor can see.
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

// linksTo holds for entries that link to one of some others; with none, for those that link to none of them.
func (w *where) linksTo(field string, ids []content.ID, none bool) {
	cond := query.Nothing
	if len(ids) > 0 {
		cond = bson.D{{Key: w.At + field, Value: query.OneOf(ids)}}
	}
	if none {
		cond = bson.D{{Key: "$nor", Value: bson.A{cond}}}
	}
	w.Conds = append(w.Conds, cond)
}

// linksToAll holds for entries that link to each of some others; lost tells that another one is asked for as well.
func (w *where) linksToAll(field string, ids []content.ID, lost bool) {
	if lost || len(ids) == 0 {
		w.Conds = append(w.Conds, query.Nothing)
		return
	}
	for _, id := range ids { // not $all: the embedded engine finds query.Nothing by it in a list of objects
		w.Add(field, bson.D{{Key: "$eq", Value: id}})
	}
}

// reached is a `where` in a filter by a relation, for which entries of the other kind are looked up.
type reached struct {
	// filter is the pointer to the other kind's filter. The answer is kept under it.
	filter any
	kind   content.Kind
	// depth is how many relations lead from the list to the entries: 1, or 2 for a `where` within another one.
	depth int
	// query asks for the entries. It is called when every `where` within this one is answered.
	query func() (engine.Query, error)
}

// reach gives the entries of another collection for which a filter holds. They are those that the collection's own list with
// this filter shows the actor: published entries, or working copies where the actor may see them, without the trash.
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
	if err := within().Err; err != nil && w.Err == nil { // its questions are noted
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

// reach looks up the entries of every `where` at one depth, in one round trip.
func (l *lookups) reach(ctx context.Context, depth int) error {
	var asked []reached
	var queries []engine.Query
	for _, r := range l.asked.reached {
		if r.depth != depth {
			continue
		}
		query, err := r.query()
		if err != nil {
			return err
		}
		cache.Note(ctx, cache.Kind(r.kind))
		asked, queries = append(asked, r), append(queries, query)
	}
	if asked == nil {
		return nil
	}
	found := make([][]content.ID, len(asked))
	err := l.store.engine.Table(queries[0].Table).FindEach(ctx, queries, func(i int, doc bson.Raw) error {
		found[i] = append(found[i], content.ID(bsondoc.ID(doc)))
		return nil
	})
	if err != nil {
		return err
	}
	for i, r := range asked {
		if len(found[i]) > content.MaxWhereEntries {
			return content.Errorf(content.CodeTooComplex, "A `where` in the filter holds for more than %d entries of the kind %s, "+
				"which is the limit. Add conditions to it, so that it holds for fewer.", content.MaxWhereEntries, r.kind)
		}
		l.answers.reached[r.filter] = found[i]
	}
	return nil
}
