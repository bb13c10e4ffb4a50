package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// programs describes how the store keeps entries of the kind Program.
func programs() spec[*content.Program, *content.ProgramFilter] {
	return spec[*content.Program, *content.ProgramFilter]{
		kind: content.KindProgram, name: "programs",
		texts: map[string]func(*content.Program) content.Text{
			"name": func(e *content.Program) content.Text { return e.Name },
		},
		orders:    query.WithCommon(map[string]query.SortKey{"NAME": query.Alphabet("name")}),
		order:     "NAME_ASC",
		relations: []string{"organization"},
		values:    []string{"startYear", "endYear"},
		filter: func(w *where, f *content.ProgramFilter) {
			w.Text("name", f.Name)
			query.Compare(w.Where, "startYear", f.StartYear)
			query.Compare(w.Where, "endYear", f.EndYear)
			relation(w, "organization", w.store.Organizations, f.Organization)
		},
	}
}
