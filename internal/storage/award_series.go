package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// awardSeries describes how the store keeps award series.
func awardSeries() spec[*content.AwardSeries, *content.AwardSeriesFilter] {
	return spec[*content.AwardSeries, *content.AwardSeriesFilter]{
		kind: content.KindAwardSeries, name: "awardSeries",
		texts: map[string]func(*content.AwardSeries) content.Text{
			"name":      func(e *content.AwardSeries) content.Text { return e.Name },
			"shortName": func(e *content.AwardSeries) content.Text { return e.ShortName },
		},
		orders:    query.WithCommon(map[string]query.SortKey{"NAME": query.Alphabet("name")}),
		order:     "NAME_ASC",
		relations: []string{"organizations"},
		filter: func(w *where, f *content.AwardSeriesFilter) {
			w.Text("name", f.Name)
			w.Text("shortName", f.ShortName)
			relation(w, "organizations", w.store.Organizations, f.Organizations)
		},
	}
}
