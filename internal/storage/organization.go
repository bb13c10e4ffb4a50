package storage

import (
	"sen/internal/content"
	"sen/internal/storage/query"
)

// organizations describes how the store keeps organizations.
func organizations() spec[*content.Organization, *content.OrganizationFilter] {
	return spec[*content.Organization, *content.OrganizationFilter]{
		kind: content.KindOrganization, name: "organizations",
		texts: map[string]func(*content.Organization) content.Text{
			"name":      func(e *content.Organization) content.Text { return e.Name },
			"shortName": func(e *content.Organization) content.Text { return e.ShortName },
		},
		orders:    query.WithCommon(map[string]query.SortKey{"NAME": query.Alphabet("name")}),
		order:     "NAME_ASC",
		relations: []string{"parent"},
		filter: func(w *where, f *content.OrganizationFilter) {
			w.Text("name", f.Name)
			w.Text("shortName", f.ShortName)
			relation(w, "parent", w.store.Organizations, f.Parent)
		},
	}
}
