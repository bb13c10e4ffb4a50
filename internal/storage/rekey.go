package storage

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/feed"
	"sen/internal/storage/query"
)

// Rekey writes the store's own forms of all texts anew (ADR 4), as the site's languages ask for, and which claims are
// public; it tells after each entry how many are done. It changes no entry's version; one that is changed meanwhile
// gets its forms by that change.
func (s *Store) Rekey(ctx context.Context, done func(int)) error { return s.rekey(ctx, bson.D{}, done) }

// RekeyOutdated is [Store.Rekey] for the entries alone whose forms are not what this program makes of them for the
// site's languages: another version of it wrote them, or a change of the languages has not reached them. What was done
// once is not done again, so it may break off at any time.
func (s *Store) RekeyOutdated(ctx context.Context, done func(int)) error {
	other := bson.D{{Key: "$ne", Value: formOf(s.Site().Languages)}}
	return s.rekey(ctx, bson.D{{Key: "$or", Value: bson.A{
		bson.D{{Key: query.Draft + query.Keys + formField, Value: other}},
		bson.D{{Key: query.Live + query.Keys + formField, Value: other}, {Key: query.Live + "slug", Value: bson.D{{Key: "$ne", Value: nil}}}},
	}}}, done)
}

func (s *Store) rekey(ctx context.Context, which bson.D, done func(int)) error {
	s.rekeying.Add(1)
	defer s.rekeying.Add(-1)
	n := 0
	for _, c := range s.collections {
		if err := c.rekey(ctx, which, func() { n++; done(n) }); err != nil {
			return err
		}
	}
	return nil
}

// rekeyBatch is how many entries are named at once: few enough that the server keeps the cursor until the next ones are
// asked for.
const rekeyBatch = 1000

func (c *Collection[T, F]) rekey(ctx context.Context, which bson.D, done func()) error {
	if c.whole {
		return nil
	}
	return c.table.Find(ctx, engine.Query{Filter: which, Fields: idOnly, Batch: rekeyBatch}, func(doc bson.Raw) error {
		id := bsondoc.ID(doc)
		e, ok, err := c.Entry(ctx, content.ID(id))
		if !ok || err != nil {
			return err
		}
		set := bson.D{}
		for at, copied := range map[string]T{query.Live: e.Live, query.Draft: e.Draft} {
			if !content.IsNil(copied) {
				set = append(set, bson.E{Key: at + "keys", Value: c.textKeys(copied, c.store.Site().Languages)})
			}
		}
		same := bson.D{{Key: "_id", Value: e.ID}, {Key: "version", Value: e.Version}}
		err = c.store.write(ctx, c.name, engine.Update(same, bson.D{{Key: "$set", Value: set}}))
		c.store.Feed.Changed(feed.Change{Kind: c.kind, ID: e.ID})
		done()
		if err != nil {
			return err
		}
		return c.show(ctx, e)
	})
}
