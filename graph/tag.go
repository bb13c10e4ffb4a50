package graph

import (
	"sen/internal/content"
	"sen/internal/storage"
)

func registerTag(r *Resolver) {
	type T = *content.Tag
	kind(r, r.store.Tags, map[string]relation{
		"articles": list(r.lists(content.KindArticle), func(t T) storage.Within { return linked("tags", t.ID) }),
		"events":   list(r.lists(content.KindEvent), func(t T) storage.Within { return linked("tags", t.ID) }),
	})
}
