package storage

import (
	"sen/internal/content"
)

// openCollections makes the collections: those of entries in the order of the contract, and that of revisions.
func (s *Store) openCollections() {
	s.collections = []collection{
		openCollection(s, &s.Articles, articles()),
		openCollection(s, &s.Authors, authors()),
		openCollection(s, &s.Organizations, organizations()),
		openCollection(s, &s.Sections, sections()),
		openCollection(s, &s.Tags, tags()),
		openCollection(s, &s.Events, events()),
		openCollection(s, &s.Programs, programs()),
		openCollection(s, &s.AwardSeries, awardSeries()),
		openCollection(s, &s.AwardRounds, awardRounds()),
		openCollection(s, &s.Awards, awards()),
		openCollection(s, &s.Media, mediaItems()),
		openCollection(s, &s.Revisions, revisions()),
	}
	has := func(k content.Kind) bool { return s.collectionOf(k) != nil }
	content.Complete(has, "openCollection, internal/storage/kinds.go")
}

// openCollection makes a collection and sets the store's field for it.
func openCollection[E any, F content.Filter[F]](s *Store, field **Collection[*E, F], sp spec[*E, F]) collection {
	*field = newCollection(s, sp)
	return *field
}
