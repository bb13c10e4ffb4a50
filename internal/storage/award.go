package storage

import (
	"fmt"
	"slices"

	"sen/internal/content"
	"sen/internal/storage/query"
)

// awards describes how the store keeps awards.
func awards() spec[*content.Award, *content.AwardFilter] {
	return spec[*content.Award, *content.AwardFilter]{
		kind: content.KindAward, name: "awards",
		texts: map[string]func(*content.Award) content.Text{
			"title": func(e *content.Award) content.Text { return e.Title },
		},
		orders: query.WithCommon(map[string]query.SortKey{
			"TITLE": query.Alphabet("title"), "YEAR": query.Number("year"),
			"RANK": query.Alphabet("rank"),
		}),
		composed:  map[string]composed[*content.Award]{"rank": {first: standing, then: "title"}},
		order:     "YEAR_DESC",
		ranked:    map[string]string{"round": "RANK"},
		relations: []string{"round", "series", "event", "recipients.organization", "recipients.author"},
		values:    []string{"level", "outcome", "rank"},
		filter: func(w *where, f *content.AwardFilter) {
			w.Text("title", f.Title)
			relation(w, "round", w.store.AwardRounds, f.Round)
			relation(w, "series", w.store.AwardSeries, f.Series)
			query.Compare(w.Where, "year", f.Year)
			query.Match(w.Where, w.At+"level", f.Level)
			query.Compare(w.Where, "rank", f.Rank)
			query.Match(w.Where, w.At+"outcome", f.Outcome)
			relation(w, "event", w.store.Events, f.Event)
			relation(w, "recipients.organization", w.store.Organizations, f.Organizations)
			relation(w, "recipients.author", w.store.Authors, f.Authors)
		},
	}
}

// levels are the award levels, from the widest to the narrowest.
var levels = []content.AwardLevel{
	content.LevelNational, content.LevelRegional, content.LevelProvincial, content.LevelDistrict, content.LevelCommune,
}

// standing is the sort key of an award in a table of winners: first by its rank, where awards without a rank come
// last, then by its level.
func standing(a *content.Award) string {
	rank := "none" // sorts after every digit
	if a.Rank != nil {
		rank = fmt.Sprintf("%010d", *a.Rank)
	}
	level := slices.Index(levels, a.Level)
	if level < 0 {
		level = len(levels)
	}
	return fmt.Sprintf("%s-%d-", rank, level)
}
