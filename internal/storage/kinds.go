package storage

import (
	"sen/internal/content"
)

// openCollections makes the collections: those of entries in the order of the schema, and that of revisions.
func (s *Store) openCollections() {
	s.collections = append(s.openKinds(), openCollection(s, &s.Revisions, revisions()))
	has := func(k content.Kind) bool { return s.collectionOf(k) != nil }
	content.Complete(has, "internal/storage/kinds_gen.go, by `make gen`")
}

// openCollection makes a collection and sets the store's field for it.
func openCollection[E any, F content.Filter[F]](s *Store, field **Collection[*E, F], sp spec[*E, F]) collection {
	*field = newCollection(s, sp)
	return *field
}
