package graph

import (
	"sen/internal/content"
	"sen/internal/storage"
)

func registerOrganization(r *Resolver) {
	type T = *content.Organization
	kind(r, r.store.Organizations, map[string]relation{
		"parent":    one(func(o T) content.ID { return o.ParentID }, "parent"),
		"ancestors": chain[*content.Organization]("ancestors", func(o T) []content.ID { return o.AncestorIDs }),
		"logo":      one(func(o T) content.ID { return o.LogoID }, "logo"),
		"children":  children(r.lists(content.KindOrganization)),
		"members":   list(r.lists(content.KindAuthor), func(o T) storage.Within { return linked("organization", o.ID) }),
		"articles":  list(r.lists(content.KindArticle), func(o T) storage.Within { return linked("organizations", o.ID) }),
		"events":    list(r.lists(content.KindEvent), func(o T) storage.Within { return linked("organizers", o.ID) }),
		"awards": list(r.lists(content.KindAward),
			func(o T) storage.Within { return linked("recipients.organization", o.ID) }),
	})
}
