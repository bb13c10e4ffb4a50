package storage

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// collection has the methods of all collections that do not depend on the kind's type.
type collection interface {
	Kind() content.Kind
	// put adds those of some items that are of this kind.
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
	visible(ctx context.Context, ids []content.ID, stage content.Stage) ([]content.ID, error)
	ends(ctx context.Context, link linkOf, stage content.Stage) (*linkEnds, error)
	linkQuery(ids []content.ID) engine.Query
	decodeLinked(bson.Raw) (content.ID, Linked, error)
	visibleAmong(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]bool, error)
}

// collectionOf returns the collection of a kind, or nil if there is none.
func (s *Store) collectionOf(kind content.Kind) collection {
	for _, c := range s.collections {
		if c.Kind() == kind {
			return c
		}
	}
	return nil
}

// named returns the collection of entries, or of revisions, with a name, or nil if there is none.
func (s *Store) named(name string) collection {
	for _, c := range s.collections {
		if c.collectionName() == name {
			return c
		}
	}
	return nil
}

// collectionName returns the name of the collection of a kind's entries.
func (s *Store) collectionName(kind content.Kind) string {
	if kind == siteKind {
		return settings
	}
	if c := s.collectionOf(kind); c != nil {
		return c.collectionName()
	}
	return ""
}

// archived returns the names of the collections of an archive, in its order. It includes those of people only if
// people is true.
func (s *Store) archived(people bool) (names []string) {
	names = []string{settings}
	for _, c := range s.collections {
		names = append(names, c.collectionName())
	}
	names = append(names, routes, bucketName+".files", bucketName+".chunks")
	if people {
		names = append(names, accounts, tokens)
	}
	return names
}
