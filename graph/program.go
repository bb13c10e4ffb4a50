package graph

import (
	"sen/internal/content"
	"sen/internal/storage"
)

func registerProgram(r *Resolver) {
	type T = *content.Program
	kind(r, r.store.Programs, map[string]relation{
		"organization": one(func(p T) content.ID { return p.OrganizationID }, "organization"),
		"articles":     list(r.lists(content.KindArticle), func(p T) storage.Within { return linked("programs", p.ID) }),
		"events":       list(r.lists(content.KindEvent), func(p T) storage.Within { return linked("programs", p.ID) }),
	})
}
