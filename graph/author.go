package graph

import (
	"sen/internal/content"
	"sen/internal/storage"
)

func registerAuthor(r *Resolver) {
	type T = *content.Author
	kind(r, r.store.Authors, map[string]relation{
		"organization": one(func(a T) content.ID { return a.OrganizationID }, "organization"),
		"avatar":       one(func(a T) content.ID { return a.AvatarID }, "avatar"),
		"articles":     list(r.lists(content.KindArticle), func(a T) storage.Within { return linked("authors", a.ID) }),
	})
}
