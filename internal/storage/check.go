package storage

import (
	"context"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// Each calls a function with every whole entry of the kind, in the order of their ids.
func (c *Collection[T, F]) Each(ctx context.Context, each func(*content.Entry[T]) error) error {
	return c.eachEntry(ctx, engine.Query{Sort: byID}, each)
}

// EachVersion calls a function with every entry of the kind, in no particular order. Of the copies it reads only the
// version and some stored fields.
func (c *Collection[T, F]) EachVersion(ctx context.Context, fields []string, each func(*content.Entry[T]) error) error {
	read := bson.D{{Key: "version", Value: 1}, {Key: "state", Value: 1}}
	for _, at := range []string{query.Live, query.Draft} {
		for _, field := range append([]string{"version"}, fields...) {
			read = append(read, bson.E{Key: at + field, Value: 1})
		}
	}
	return c.eachEntry(ctx, engine.Query{Fields: read}, each)
}

func (c *Collection[T, F]) eachEntry(ctx context.Context, q engine.Query, each func(*content.Entry[T]) error) error {
	return c.table.Find(ctx, q, func(doc bson.Raw) error {
		var e content.Entry[T]
		if err := bsondoc.Unmarshal(doc, &e); err != nil {
			return err
		}
		c.complete(&e)
		return each(&e)
	})
}

// IDs lists the ids of all entries of the kind.
func (c *Collection[T, F]) IDs(ctx context.Context) (ids []content.ID, err error) {
	err = c.table.Find(ctx, engine.Query{Fields: idOnly}, func(doc bson.Raw) error {
		id := bsondoc.ID(doc)
		ids = append(ids, content.ID(id))
		return nil
	})
	return ids, err
}

// Claims calls a function with every claimed slug: its kind, its entry, the time of the claim, and whether the claim
// says that readers see the entry.
func (s *Store) Claims(
	ctx context.Context, each func(kind content.Kind, slug string, entry content.ID, at time.Time, public bool) error,
) error {
	return s.engine.Table(routes).Find(ctx, engine.Query{Sort: byID}, func(doc bson.Raw) error {
		var held claim
		if err := bsondoc.Unmarshal(doc, &held); err != nil {
			return err
		}
		kind, slug, _ := strings.Cut(held.ID, ":")
		return each(content.Kind(kind), slug, held.Entry, held.At, held.Public)
	})
}

// Claim gives a slug to an entry, whichever entry has it now. With an empty entry it removes the claim.
func (s *Store) Claim(ctx context.Context, kind content.Kind, slug string, entry content.ID, at time.Time) error {
	id := claimKey{kind, slug}.id()
	if entry == "" {
		return s.write(ctx, routes, engine.Delete(engine.ByID(id)))
	}
	return s.write(ctx, routes, engine.Replace(id, claim{ID: id, Entry: entry, At: at}))
}

// Open lists the revisions that are not committed: those of changes that failed, and those of changes that still run.
func (s *Store) Open(ctx context.Context) ([]*content.Revision, error) {
	open, err := s.opened(ctx)
	if err != nil {
		return nil, err
	}
	committed, err := s.committed(ctx, open)
	var others []*content.Revision
	for i := range committed {
		if !committed[i] {
			others = append(others, open[i])
		}
	}
	return others, err
}
