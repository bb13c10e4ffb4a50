package storage

import "sen/internal/content"

// awardRounds is what the store knows of award rounds.
func awardRounds() spec[*content.AwardRound, *content.AwardRoundFilter] {
	return spec[*content.AwardRound, *content.AwardRoundFilter]{
		kind: content.KindAwardRound, name: "awardRounds",
		texts: map[string]func(*content.AwardRound) content.Text{
			"name": func(e *content.AwardRound) content.Text { return e.Name },
		},
		orders:    withCommon(map[string]sortKey{"NAME": alphabet("name"), "YEAR": number("year")}),
		order:     "YEAR_DESC",
		relations: []string{"series", "ceremony"},
		values:    []string{"year", "level", "phase"},
		filter: func(w *where, f *content.AwardRoundFilter) {
			w.text("name", f.Name)
			w.relation("series", content.KindAwardSeries, f.Series)
			compare(w, "year", f.Year)
			match(w, w.at+"level", f.Level)
			match(w, w.at+"phase", f.Phase)
			w.relation("ceremony", content.KindEvent, f.Ceremony)
		},
	}
}
