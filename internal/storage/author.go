package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// authors describes how the store keeps authors.
func authors() spec[*content.Author, *content.AuthorFilter] {
	return spec[*content.Author, *content.AuthorFilter]{
		kind: content.KindAuthor, name: "authors",
		texts: map[string]func(*content.Author) content.Text{
			"name": func(e *content.Author) content.Text { return e.Name },
		},
		orders:    query.WithCommon(map[string]query.SortKey{"NAME": query.Alphabet("name")}),
		order:     "NAME_ASC",
		relations: []string{"organization"},
		filter: func(w *where, f *content.AuthorFilter) {
			w.Text("name", f.Name)
			relation(w, "organization", w.store.Organizations, f.Organization)
		},
	}
}
