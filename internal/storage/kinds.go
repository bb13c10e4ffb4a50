package storage

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// collection is what all collections can do, whatever their kind.
type collection interface {
	Kind() content.Kind
	// put adds those of some items that are of the kind.
	put(ctx context.Context, items []content.Item) error
	indexes(content.Languages) []bson.D
	scanned(content.Languages) []string
	collectionName() string
	rekey(ctx context.Context, which bson.D, done func()) error
	inspect(doc bson.Raw) error
	inspectCopy(copied bsondoc.Element) error
	restored(raw bson.Raw, doc bson.D, languages content.Languages) (whole bson.D, public []string, err error)
	writtenOnlyIn(ctx context.Context, locales, others []content.Locale) (int, error)
	seen(ctx context.Context, claims map[claimKey]claim, each func(claimKey, content.ID)) error
	see(ctx context.Context, ids []content.ID, stage content.Stage) ([]content.ID, error)
	ends(ctx context.Context, link linkOf, stage content.Stage) (*linkEnds, error)
	linkQuery(ids []content.ID) engine.Query
	decodeLinked(bson.Raw) (content.ID, Linked, error)
	among(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]bool, error)
}

// openCollections makes the collections: those of entries in the order of the contract, and that of revisions.
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

// collectionOf is the collection of a kind; nil for none.
func (s *Store) collectionOf(kind content.Kind) collection {
	for _, c := range s.collections {
		if c.Kind() == kind {
			return c
		}
	}
	return nil
}

// named is the collection of entries, or of revisions, with a name; nil for none.
func (s *Store) named(name string) collection {
	for _, c := range s.collections {
		if c.collectionName() == name {
			return c
		}
	}
	return nil
}

// collectionName is the name of the collection of a kind's entries.
func (s *Store) collectionName(kind content.Kind) string {
	if kind == siteKind {
		return settings
	}
	if c := s.collectionOf(kind); c != nil {
		return c.collectionName()
	}
	return ""
}

// PutItems adds new entries of any kinds, one kind after the other. What they take over from each other is in them
// already.
func (s *Store) PutItems(ctx context.Context, items []content.Item) error {
	for _, c := range s.collections {
		if err := c.put(ctx, items); err != nil {
			return err
		}
	}
	return nil
}
