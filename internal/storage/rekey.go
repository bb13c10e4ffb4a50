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

// Rekey computes again the keys of all texts for the site's languages (ADR 4), and which claims are public. After
// each entry it calls done with the number of finished entries. The entries keep their versions. An entry that is
// changed meanwhile gets its keys by that change.
func (s *Store) Rekey(ctx context.Context, done func(int)) error { return s.rekey(ctx, bson.D{}, done) }

// RekeyOutdated does what [Store.Rekey] does, for the entries whose keys are outdated: another version of the program
// wrote them, or a change of the languages has not reached them. It skips entries that are done, so it may be
// interrupted at any time.
func (s *Store) RekeyOutdated(ctx context.Context, done func(int)) error {
	other := bson.D{{Key: "$ne", Value: formOf(s.Site().Languages)}}
	return s.rekey(ctx, bson.D{{Key: "$or", Value: bson.A{
		bson.D{{Key: query.Draft + query.Keys + formField, Value: other}},
		bson.D{
			{Key: query.Live + query.Keys + formField, Value: other},
			{Key: query.Live + "slug", Value: bson.D{{Key: "$ne", Value: nil}}},
		},
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

// rekeyBatch is how many ids are read at once: few enough that the server keeps the cursor open until the next batch.
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
