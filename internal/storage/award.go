package storage

import "sen/internal/content"

// awards is what the store knows of awards.
func awards() spec[content.Award, content.AwardFilter] {
	return spec[content.Award, content.AwardFilter]{
		kind: content.KindAward, name: "awards",
		texts: map[string]func(*content.Award) content.Text{
			"title": func(e *content.Award) content.Text { return e.Title },
		},
		orders:    withCommon(map[string]sortKey{"TITLE": alphabet("title"), "YEAR": number("year")}),
		order:     "YEAR_DESC",
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
