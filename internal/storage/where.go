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
	// single are the stored links of the kind that have at most one end.
	single map[string]bool
	// depth is how many relations lead from the list to these entries: 0 for the list's own filter.
	depth int
	// lookups are shared by the list's filter and every `where` in it.
	*lookups
}

// lookups are what a list's filter and every `where` in it have to know of other entries.
type lookups struct {
	store *Store
	// drafts are the kinds of which the actor sees working copies too.
	drafts []content.Kind
	asked  questions
	// answers are nil while the questions are noted.
	answers *answers
}

// questions are what a filter has to know of other entries.
type questions struct {
	// slugs are to be resolved.
	slugs []claimKey
	// ids are to be looked up, by their kind.
	ids map[content.Kind][]content.ID
	// links are those of which it is asked whether they lead anywhere.
	links map[linkOf]bool
	// reached are the `where`s, those within others before them.
	reached []reached
}

func (q *questions) none() bool {
	return len(q.slugs) == 0 && len(q.ids) == 0 && len(q.links) == 0 && len(q.reached) == 0
}

// answers are what the questions of a filter came to.
type answers struct {
	// slugs lead to entries that the actor can see.
	slugs map[claimKey]content.ID
	// seen are the entries that the actor can see.
	seen map[content.ID]bool
	// ends are those of stored links.
	ends map[linkOf]*linkEnds
	// reached are the entries for which each `where` holds, by the pointer to its filter.
	reached map[any][]content.ID
}

// targets are the entries that a filter names and the actor can see; lost tells that it names another one as well.
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

// leads asks whether a stored link leads to an entry of a kind that the actor can see.
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

// stageFor is the copy by which the actor sees entries of a kind.
func stageFor(kind content.Kind, drafts []content.Kind) content.Stage {
	if slices.Contains(drafts, kind) {
		return content.StageDraft
	}
	return content.StagePublished
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
