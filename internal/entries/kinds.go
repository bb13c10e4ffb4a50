package entries

import (
	"sen/internal/content"
	"sen/internal/storage"
)

// Kinds has the collection of every kind.
type Kinds map[content.Kind]Collection

// Of gives the collections of a store. What a kind has of its own are methods of its struct: see [content.Content].
func Of(s *storage.Store) Kinds {
	kinds := Kinds{}
	for _, c := range all(s) {
		kinds[c.Kind()] = c
	}
	content.Complete(func(k content.Kind) bool { return kinds[k] != nil }, "internal/entries/kinds_gen.go, by `make gen`")
	return kinds
}
