package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// sections describes how the store keeps sections.
func sections() spec[*content.Section, *content.SectionFilter] {
	return spec[*content.Section, *content.SectionFilter]{
		kind: content.KindSection, name: "sections",
		texts: map[string]func(*content.Section) content.Text{
			"name": func(e *content.Section) content.Text { return e.Name },
		},
		orders: query.WithCommon(map[string]query.SortKey{
			"NAME":     query.Alphabet("name"),
			"POSITION": query.Number("position"),
		}),
		order:     "POSITION_ASC",
		relations: []string{"parent"},
		filter: func(w *where, f *content.SectionFilter) {
			w.Text("name", f.Name)
			relation(w, "parent", w.store.Sections, f.Parent)
		},
	}
}
