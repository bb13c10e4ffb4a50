package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sen/internal/content"
	"sen/internal/storage"
)

// linkWorld knows which entries are in a store and who can see them.
type linkWorld struct {
	filters []linkFilter
	// links has the links of each entry by each filter ("articles.authors").
	links map[content.ID]map[string][]content.ID
	// hidden are the entries that readers can't see, trashed those that no list shows, and gone those that do not
	// exist.
	hidden, trashed, gone map[content.ID]bool
}

// fill creates three entries of each kind that links lead to: one that everybody sees, one that changes its state,
// and one that does not exist.
func (w *linkWorld) fill(t *testing.T, store *storage.Store) {
	t.Helper()
	for _, kind := range content.Kinds() {
		if !slices.ContainsFunc(w.filters, func(l linkFilter) bool { return l.end == kind || l.source == kind }) {
			continue
		}
		for name, live := range map[string]bool{"seen": true, "moving": false} {
			e := madeOf(kind, name)
			if !live {
				w.hidden[e.Common().ID] = true
				e.Common().PublishedAt = time.Time{}
			}
			w.links[e.Common().ID] = nil
			if !live {
				w.complete(e)
			}
			put(t, store, e, live)
		}
		w.hidden[idOf(kind, "gone")], w.gone[idOf(kind, "gone")] = true, true
	}
	for _, l := range w.filters {
		for _, names := range [][]string{{}, {"seen"}, {"moving"}, {"gone"}, {"seen", "moving"}, {"gone", "moving"}} {
			if len(names) > 1 && !l.many {
				continue
			}
			e := madeOf(l.source, strings.ToLower(l.name)+"-"+strings.Join(names, "-")+"-x")
			var ids []content.ID
			for _, name := range names {
				ids = append(ids, idOf(l.end, name))
			}
			l.set(e, ids...)
			w.links[e.Common().ID] = map[string][]content.ID{l.list + "." + l.name: ids}
			if award, ok := e.(*content.Award); ok && award.RoundID == idOf(content.KindAwardRound, "moving") {
				award.SeriesID = idOf(content.KindAwardSeries, "seen") // taken over from the round
				w.links[award.ID]["awards.series"] = []content.ID{award.SeriesID}
			}
			put(t, store, e, true)
		}
	}
}

// complete gives an entry everything that it needs to be published.
func (w *linkWorld) complete(e content.Content) {
	needed := ""
	switch e := e.(type) {
	case *content.Event:
		e.StartsAt, e.Type, e.EventStatus, e.TimeZone = e.CreatedAt, content.EventConference, "SCHEDULED", "UTC"
	case *content.AwardRound:
		needed = "series"
		e.Year, e.Level, e.Phase = 2020, "NATIONAL", "ANNOUNCED"
	case *content.Award:
		needed, e.Outcome = "round", "WON"
	}
	for _, l := range w.filters {
		if l.source == e.Kind() && l.name == needed {
			l.set(e, idOf(l.end, "seen"))
			w.links[e.Common().ID] = map[string][]content.ID{l.list + "." + l.name: {idOf(l.end, "seen")}}
		}
	}
}

// sees reports whether an entry is visible: to readers, or as a draft to actors who may read the drafts of these
// kinds.
func (w *linkWorld) sees(id content.ID, drafts []content.Kind) bool {
	if kind, _ := id.Kind(); slices.Contains(drafts, kind) {
		return !w.gone[id]
	}
	return !w.hidden[id]
}

// listed returns the entries of a kind in lists for which holds is true of the link ends that count.
func (w *linkWorld) listed(l linkFilter, drafts []content.Kind, holds func([]content.ID) bool) []content.ID {
	found := []content.ID{}
	for id, links := range w.links {
		kind, _ := id.Kind()
		if kind != l.source || !w.sees(id, drafts) || w.trashed[id] {
			continue
		}
		ends := slices.DeleteFunc(slices.Clone(links[l.list+"."+l.name]),
			func(end content.ID) bool { return !w.sees(end, drafts) })
		if holds(ends) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found
}

// question is a filter by a relation, and its meaning.
type question struct {
	relation string
	holds    func(ends []content.ID) bool
}

// questions returns the operators with each sort of end, for an actor who sees the drafts of these kinds.
func (w *linkWorld) questions(l linkFilter, drafts []content.Kind) (all []question) {
	for _, names := range [][]string{{"seen"}, {"moving"}, {"gone"}, {"seen", "moving"}, {"seen", "gone"}} {
		var ids []content.ID
		for _, name := range names {
			ids = append(ids, idOf(l.end, name))
		}
		has := func(ends []content.ID) func(content.ID) bool {
			return func(id content.ID) bool { return slices.Contains(ends, id) }
		}
		anyOf := func(ends []content.ID) bool { return slices.ContainsFunc(ids, has(ends)) }
		noneOf := func(ends []content.ID) bool { return !anyOf(ends) }
		allOf := func(ends []content.ID) bool {
			return !slices.ContainsFunc(ids, func(id content.ID) bool { return !has(ends)(id) })
		}
		byID, _ := json.Marshal(ids)
		bySlug, _ := json.Marshal(names)
		all = append(all,
			question{fmt.Sprintf("{ids: %s}", byID), anyOf}, question{fmt.Sprintf("{slugs: %s}", bySlug), anyOf},
			question{fmt.Sprintf("{ids: %s, all: true}", byID), allOf},
			question{fmt.Sprintf("{slugs: %s, all: true}", bySlug), allOf},
			question{fmt.Sprintf("{ids: %s, exists: false}", byID), func([]content.ID) bool { return false }},
			question{fmt.Sprintf("{slugs: %s, none: true}", bySlug), noneOf},
			question{fmt.Sprintf("{where: {id: {in: %s}}, ids: %[1]s, none: true}", byID), noneOf},
			question{
				fmt.Sprintf("{where: {slug: {in: %s}}}", bySlug),
				func(ends []content.ID) bool { return anyOf(w.untrashed(ends)) },
			},
		)
	}
	listed := func(ends []content.ID) bool { return len(w.untrashed(ends)) > 0 }
	all = append(all,
		question{"{where: {}}", listed},
		question{"{where: {}, none: true}", func(ends []content.ID) bool { return !listed(ends) }},
		question{"{none: true}", func(ends []content.ID) bool { return len(ends) == 0 }},
	)
	for _, further := range w.filters {
		if further.source != l.end {
			continue
		}
		all = append(all, question{
			fmt.Sprintf("{where: {%s: {where: {slug: {in: [\"seen\", \"moving\"]}}}}}", further.name),
			func(ends []content.ID) bool {
				return slices.ContainsFunc(w.untrashed(ends), func(end content.ID) bool {
					beyond := w.untrashed(w.links[end][further.list+"."+further.name])
					return slices.ContainsFunc(beyond, func(id content.ID) bool { return w.sees(id, drafts) })
				})
			},
		})
	}
	some := func(ends []content.ID) bool { return len(ends) > 0 }
	none := func(ends []content.ID) bool { return len(ends) == 0 }
	return append(all, question{"{exists: true}", some}, question{"{exists: false}", none})
}

// untrashed returns the ends that lists show: a `where` holds for no others.
func (w *linkWorld) untrashed(ends []content.ID) []content.ID {
	return slices.DeleteFunc(slices.Clone(ends), func(id content.ID) bool { return w.trashed[id] })
}

// wraps has filters that combine another filter, with their meaning.
var wraps = []struct {
	filter string
	not    bool
}{
	{"{%s}", false},
	{"{not: {%s}}", true},
	{"{or: [{%s}, {id: {in: []}}]}", false},
	{"{and: [{id: {notIn: []}}, {not: {and: [{not: {%s}}]}}]}", false},
}

// linkPage is a connection as the test selects it.
type linkPage struct {
	TotalCount int
	Nodes      []struct{ ID content.ID }
}

func (p linkPage) ids() []content.ID {
	found := []content.ID{}
	for _, n := range p.Nodes {
		found = append(found, n.ID)
	}
	slices.Sort(found)
	return found
}
