package storage

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// where collects the conditions of a filter of a kind.
type where struct {
	*query.Where
	// kind and stage say which copies of which entries are filtered.
	kind  content.Kind
	stage content.Stage
	// single are the stored links of the kind that have at most one target.
	single map[string]bool
	// depth is the number of relations between the list and these entries: 0 for the list's own filter.
	depth int
	// lookups are shared by the list's filter and every `where` in it.
	*lookups
}

// lookups collects what a list's filter, and every `where` in it, needs to know about other entries.
type lookups struct {
	store *Store
	// drafts are the kinds of which the actor also sees working copies.
	drafts []content.Kind
	asked  questions
	// answers is nil while the questions are collected.
	answers *answers
}

// questions are what a filter needs to know about other entries.
type questions struct {
	// slugs are the slugs to resolve.
	slugs []claimKey
	// ids are the ids to look up, by kind.
	ids map[content.Kind][]content.ID
	// links are the links of which the visible targets are needed.
	links map[linkOf]bool
	// reached are the `where` filters, the inner ones before the outer ones.
	reached []reached
}

func (q *questions) none() bool {
	return len(q.slugs) == 0 && len(q.ids) == 0 && len(q.links) == 0 && len(q.reached) == 0
}

// answers are the answers to the questions of a filter.
type answers struct {
	// slugs map slugs to entries that the actor can see.
	slugs map[claimKey]content.ID
	// seen are the entries that the actor can see.
	seen map[content.ID]bool
	// ends are the visible targets of stored links.
	ends map[linkOf]*linkEnds
	// reached are the entries that match each `where`, by the pointer to its filter.
	reached map[any][]content.ID
}

// targets returns the entries that a filter names and the actor can see. lost means that the filter also names an
// entry that the actor can't see, or that does not exist.
func (w *where) targets(kind content.Kind, named []content.ID, slugs []string) (ids []content.ID, lost bool) {
	if w.answers == nil {
		for _, slug := range slugs {
			w.asked.slugs = append(w.asked.slugs, claimKey{kind, slug})
		}
		for _, id := range named {
			if of, ok := id.Kind(); ok && of == kind {
				if w.asked.ids == nil {
					w.asked.ids = map[content.Kind][]content.ID{}
				}
				w.asked.ids[kind] = append(w.asked.ids[kind], id)
			}
		}
		return nil, false
	}
	for _, id := range named {
		if of, ok := id.Kind(); ok && of == kind && w.answers.seen[id] {
			ids = append(ids, id)
		} else {
			lost = true
		}
	}
	for _, slug := range slugs {
		if id, ok := w.answers.slugs[claimKey{kind, slug}]; ok {
			ids = append(ids, id)
		} else {
			lost = true
		}
	}
	return ids, lost
}

// leads adds a condition on whether a stored link leads to an entry of a kind that the actor can see.
func (w *where) leads(field string, kind content.Kind, want bool) {
	link := linkOf{w.kind, w.stage, field, kind}
	if w.answers == nil {
		if w.asked.links == nil {
			w.asked.links = map[linkOf]bool{}
		}
		w.asked.links[link] = true
		return
	}
	cond := w.answers.ends[link].condition(w.At+field, w.single[field])
	if !want {
		cond = bson.D{{Key: "$nor", Value: bson.A{cond}}}
	}
	w.Conds = append(w.Conds, cond)
}

// stageFor returns the copy in which the actor sees entries of a kind.
func stageFor(kind content.Kind, drafts []content.Kind) content.Stage {
	if slices.Contains(drafts, kind) {
		return content.StageDraft
	}
	return content.StagePublished
}

// linksTo matches entries that link to one of some entries. If none is true, it matches those that link to none of
// them.
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

// linksToAll matches entries that link to each of some entries. lost means that the filter also names an entry that
// can't be found, so nothing matches.
func (w *where) linksToAll(field string, ids []content.ID, lost bool) {
	if lost || len(ids) == 0 {
		w.Conds = append(w.Conds, query.Nothing)
		return
	}
	for _, id := range ids { // not $all: on a list of objects the embedded engine would match query.Nothing by it
		w.Add(field, bson.D{{Key: "$eq", Value: id}})
	}
}

// reached is a `where` in a filter by a relation. The matching entries of the other kind are looked up.
type reached struct {
	// filter is the pointer to the other kind's filter. It is the key of the answer.
	filter any
	kind   content.Kind
	// depth is the number of relations between the list and the entries: 1, or 2 for a `where` within another one.
	depth int
	// query returns the query for the entries. It is called when every `where` within this one is answered.
	query func() (engine.Query, error)
}
