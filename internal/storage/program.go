package storage

import "sen/internal/content"

// programs is what the store knows of programs.
func programs() spec[*content.Program, *content.ProgramFilter] {
	return spec[*content.Program, *content.ProgramFilter]{
		kind: content.KindProgram, name: "programs",
		texts: map[string]func(*content.Program) content.Text{
			"name": func(e *content.Program) content.Text { return e.Name },
		},
		orders:    withCommon(map[string]sortKey{"NAME": alphabet("name")}),
		order:     "NAME_ASC",
		relations: []string{"organization"},
		values:    []string{"startYear", "endYear"},
		filter: func(w *where, f *content.ProgramFilter) {
			w.text("name", f.Name)
			compare(w, "startYear", f.StartYear)
			compare(w, "endYear", f.EndYear)
			w.relation("organization", content.KindOrganization, f.Organization)
		},
	}
}
