package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// tags describes how the store keeps tags.
func tags() spec[*content.Tag, *content.TagFilter] {
	return spec[*content.Tag, *content.TagFilter]{
		kind: content.KindTag, name: "tags",
		texts: map[string]func(*content.Tag) content.Text{
			"name": func(e *content.Tag) content.Text { return e.Name },
		},
		orders: query.WithCommon(map[string]query.SortKey{"NAME": query.Alphabet("name")}),
		order:  "NAME_ASC",
		filter: func(w *where, f *content.TagFilter) {
			w.Text("name", f.Name)
		},
	}
}
