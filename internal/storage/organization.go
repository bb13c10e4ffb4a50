package storage

import "sen/internal/content"

// organizations is what the store knows of organizations.
func organizations() spec[*content.Organization, *content.OrganizationFilter] {
	return spec[*content.Organization, *content.OrganizationFilter]{
		kind: content.KindOrganization, name: "organizations",
		texts: map[string]func(*content.Organization) content.Text{
			"name":      func(e *content.Organization) content.Text { return e.Name },
			"shortName": func(e *content.Organization) content.Text { return e.ShortName },
		},
		orders:    withCommon(map[string]sortKey{"NAME": alphabet("name")}),
		order:     "NAME_ASC",
		relations: []string{"parent"},
		filter: func(w *where, f *content.OrganizationFilter) {
			w.text("name", f.Name)
			w.text("shortName", f.ShortName)
			w.relation("parent", content.KindOrganization, f.Parent)
		},
	}
}
