package graph

import (
	"sen/internal/content"
	"sen/internal/storage"
)

func registerSection(r *Resolver) {
	type T = *content.Section
	kind(r, r.store.Sections, "section", "sections", []string{"name"}, map[string]relation{
		"parent":    one(func(s T) content.ID { return s.ParentID }, "parent"),
		"ancestors": chain[*content.Section]("ancestors", func(s T) []content.ID { return s.AncestorIDs }),
		"children":  children(r.lists(content.KindSection)),
		"articles":  list(r.lists(content.KindArticle), func(s T) storage.Within { return linked("section", s.ID) }),
	})
}
