package storage

import "sen/internal/content"

// authors is what the store knows of authors.
func authors() spec[*content.Author, *content.AuthorFilter] {
	return spec[*content.Author, *content.AuthorFilter]{
		kind: content.KindAuthor, name: "authors",
		texts: map[string]func(*content.Author) content.Text{
			"name": func(e *content.Author) content.Text { return e.Name },
		},
		orders:    withCommon(map[string]sortKey{"NAME": alphabet("name")}),
		order:     "NAME_ASC",
		relations: []string{"organization"},
		filter: func(w *where, f *content.AuthorFilter) {
			w.text("name", f.Name)
			w.relation("organization", content.KindOrganization, f.Organization)
		},
	}
}
