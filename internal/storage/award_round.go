package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// awardRounds describes how the store keeps award rounds.
func awardRounds() spec[*content.AwardRound, *content.AwardRoundFilter] {
	return spec[*content.AwardRound, *content.AwardRoundFilter]{
		kind: content.KindAwardRound, name: "awardRounds",
		texts: map[string]func(*content.AwardRound) content.Text{
			"name": func(e *content.AwardRound) content.Text { return e.Name },
		},
		orders:    query.WithCommon(map[string]query.SortKey{"NAME": query.Alphabet("name"), "YEAR": query.Number("year")}),
		order:     "YEAR_DESC",
		relations: []string{"series", "ceremony"},
		values:    []string{"year", "level", "phase"},
		filter: func(w *where, f *content.AwardRoundFilter) {
			w.Text("name", f.Name)
			relation(w, "series", w.store.AwardSeries, f.Series)
			query.Compare(w.Where, "year", f.Year)
			query.Match(w.Where, w.At+"level", f.Level)
			query.Match(w.Where, w.At+"phase", f.Phase)
			relation(w, "ceremony", w.store.Events, f.Ceremony)
		},
	}
}
