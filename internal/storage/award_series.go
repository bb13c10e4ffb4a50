package storage

import "sen/internal/content"

// awardSeries is what the store knows of award series.
func awardSeries() spec[*content.AwardSeries, *content.AwardSeriesFilter] {
	return spec[*content.AwardSeries, *content.AwardSeriesFilter]{
		kind: content.KindAwardSeries, name: "awardSeries",
		texts: map[string]func(*content.AwardSeries) content.Text{
			"name":      func(e *content.AwardSeries) content.Text { return e.Name },
			"shortName": func(e *content.AwardSeries) content.Text { return e.ShortName },
		},
		orders:    withCommon(map[string]sortKey{"NAME": alphabet("name")}),
		order:     "NAME_ASC",
		relations: []string{"organizations"},
		filter: func(w *where, f *content.AwardSeriesFilter) {
			w.text("name", f.Name)
			w.text("shortName", f.ShortName)
			w.relation("organizations", content.KindOrganization, f.Organizations)
		},
	}
}
