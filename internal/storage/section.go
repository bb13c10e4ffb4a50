package storage

import "sen/internal/content"

// sections is what the store knows of sections.
func sections() spec[*content.Section, *content.SectionFilter] {
	return spec[*content.Section, *content.SectionFilter]{
		kind: content.KindSection, name: "sections",
		texts: map[string]func(*content.Section) content.Text{
			"name": func(e *content.Section) content.Text { return e.Name },
		},
		orders:    withCommon(map[string]sortKey{"NAME": alphabet("name"), "POSITION": number("position")}),
		order:     "POSITION_ASC",
		relations: []string{"parent"},
		filter: func(w *where, f *content.SectionFilter) {
			w.text("name", f.Name)
			w.relation("parent", content.KindSection, f.Parent)
		},
	}
}
