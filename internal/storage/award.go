package storage

import (
	"fmt"
	"slices"

	"sen/internal/content"
)

// awards is what the store knows of awards.
func awards() spec[*content.Award, *content.AwardFilter] {
	return spec[*content.Award, *content.AwardFilter]{
		kind: content.KindAward, name: "awards",
		texts: map[string]func(*content.Award) content.Text{
			"title": func(e *content.Award) content.Text { return e.Title },
		},
		orders:    withCommon(map[string]sortKey{"TITLE": alphabet("title"), "YEAR": number("year"), "RANK": alphabet("rank")}),
		composed:  map[string]composed[*content.Award]{"rank": {first: standing, then: "title"}},
		order:     "YEAR_DESC",
		ranked:    map[string]string{"round": "RANK"},
		relations: []string{"round", "series", "event", "recipients.organization", "recipients.author"},
		values:    []string{"level", "outcome", "rank"},
		filter: func(w *where, f *content.AwardFilter) {
			w.text("title", f.Title)
			w.relation("round", content.KindAwardRound, f.Round)
			w.relation("series", content.KindAwardSeries, f.Series)
			compare(w, "year", f.Year)
			match(w, w.at+"level", f.Level)
			compare(w, "rank", f.Rank)
			match(w, w.at+"outcome", f.Outcome)
			w.relation("event", content.KindEvent, f.Event)
			w.relation("recipients.organization", content.KindOrganization, f.Organizations)
			w.relation("recipients.author", content.KindAuthor, f.Authors)
		},
	}
}

// levels are those of awards, the widest first.
var levels = []content.AwardLevel{
	content.LevelNational, content.LevelRegional, content.LevelProvincial, content.LevelDistrict, content.LevelCommune,
}

// standing is where an award stands in a table of winners: by its rank, those without one behind all others, and then by
// its level.
func standing(a *content.Award) string {
	rank := "none" // behind every digit
	if a.Rank != nil {
		rank = fmt.Sprintf("%010d", *a.Rank)
	}
	level := slices.Index(levels, a.Level)
	if level < 0 {
		level = len(levels)
	}
	return fmt.Sprintf("%s-%d-", rank, level)
}
