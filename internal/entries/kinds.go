package entries

import (
	"sen/internal/content"
	"sen/internal/storage"
)

// Kinds maps each kind to its collection.
type Kinds map[content.Kind]Collection

// Of returns the collections of a store. It panics if a kind has none. What differs between kinds is in the methods of
// their structs: see [content.Content].
func Of(s *storage.Store) Kinds {
	kinds := Kinds{}
	for _, c := range all(s) {
		kinds[c.Kind()] = c
	}
	content.Complete(func(k content.Kind) bool { return kinds[k] != nil }, "internal/entries/kinds_gen.go, by `make gen`")
	return kinds
}
