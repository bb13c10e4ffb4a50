package storage

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
	"sen/internal/storage/query"
)

// ByIDs reads the entries with some ids at a stage, with the given stored fields. The map has no key for an entry
// that does not exist.
func (c *Collection[T, F]) ByIDs(
	ctx context.Context, ids []content.ID, stage content.Stage, fields []string,
) (map[content.ID]T, error) {
	note(ctx, ids)
	found := make(map[content.ID]T, len(ids))
	err := c.byIDs(ctx, ids, stage, fields, func(id content.ID, e T, _ int) { found[id] = e })
	return found, err
}

// byIDs calls a function with each entry that ByIDs finds, and with the size of the document that was read, in bytes.
func (c *Collection[T, F]) byIDs(
	ctx context.Context, ids []content.ID, stage content.Stage, fields []string, each func(id content.ID, e T, stored int),
) error {
	if len(ids) == 0 {
		return nil
	}
	v := c.lists.ViewByID(stage)
	filter := bson.D{{Key: "_id", Value: query.OneOf(ids)}}
	if len(ids) == 1 {
		filter[0].Value = ids[0] // both engines look up a single id without a query plan
	}
	if c.whole {
		if _, _, err := c.store.settleOpen(ctx); err != nil {
			return err
		}
		filter = append(filter, v.Shown...) // at other stages an entry that is not visible has no copy
	}
	return c.read(v).Find(ctx, engine.Query{Filter: filter, Fields: v.Projection(fields), Batch: len(ids)},
		func(doc bson.Raw) error {
			id, e, err := c.decode(v, bsondoc.Document(doc))
			if !content.IsNil(e) {
				each(id, e, len(doc))
			}
			return err
		})
}

// BySlug reads the entry with a slug, present or former, at a stage and with the given stored fields. It returns
// false if there is none. Readers share the entry, as with [Collection.Cached].
func (c *Collection[T, F]) BySlug(
	ctx context.Context, slug string, stage content.Stage, fields []string,
) (e T, ok bool, err error) {
	want, keeps := c.cacheable(stage, fields)
	if !keeps {
		e, _, err := c.bySlug(ctx, slug, stage, fields)
		return e, err == nil && !content.IsNil(e), err
	}
	key := claimKey{c.kind, slug}
	if e, ok, err := c.cachedSlug(ctx, key, fields); ok || err != nil {
		return e, !content.IsNil(e), err
	}
	since := c.store.Feed.Journal.Now()
	e, stored, err := c.bySlug(ctx, slug, stage, fields)
	if err != nil {
		return e, false, err
	}
	c.cacheSlug(key, e, since)
	if stored > 0 {
		c.cacheEntry(common(e).ID, e, want, stored, since)
	}
	return e, !content.IsNil(e), nil
}

// bySlug does what BySlug does, without the cache. It also returns the size of the document that was read, in bytes,
// or 0 if that is unknown.
func (c *Collection[T, F]) bySlug(
	ctx context.Context, slug string, stage content.Stage, fields []string,
) (e T, stored int, err error) {
	e, stored, err = c.byPresentSlug(ctx, slug, c.lists.View(stage), fields)
	if !content.IsNil(e) || err != nil {
		return e, stored, err
	}
	cache.Note(ctx, cache.Kind(c.kind)) // another entry may get the slug later
	claims, err := c.store.readClaims(ctx, []claimKey{{c.kind, slug}})
	if err != nil {
		return e, 0, err
	}
	id := claims[claimKey{c.kind, slug}].Entry
	if id == "" {
		return e, 0, nil
	}
	found, err := c.ByIDs(ctx, []content.ID{id}, stage, append(slices.Clone(fields), formerSlugs))
	if former := found[id]; !content.IsNil(former) && common(former).HasSlug(slug) {
		e = former // otherwise this stage does not show the entry that has the slug
	}
	return e, 0, err
}

// Withdrawn reports whether a slug, present or former, belongs to an entry that was published once and is not
// published now. For an entry that was never published it is false, so that the answer does not reveal that the entry
// exists.
func (c *Collection[T, F]) Withdrawn(ctx context.Context, slug string) (bool, error) {
	cache.Note(ctx, cache.Kind(c.kind))
	key := claimKey{c.kind, slug}
	claims, err := c.store.readClaims(ctx, []claimKey{key})
	if err != nil || claims[key].Entry == "" {
		return false, err
	}
	return exists(ctx, c.shown, bson.D{
		{Key: "_id", Value: claims[key].Entry},
		{Key: "live", Value: nil},
		{Key: "publicSlugs", Value: slug},
	})
}

// Entry reads a whole entry, whatever its state. It returns false if there is none.
func (c *Collection[T, F]) Entry(ctx context.Context, id content.ID) (*content.Entry[T], bool, error) {
	e, err := batch.Join(ctx, "entry "+c.name, id, c.entries)
	return e, e != nil, err
}

// entries reads whole entries, with nil for each id that does not exist. An id that is given twice yields two
// entries.
func (c *Collection[T, F]) entries(ctx context.Context, ids []content.ID) ([]*content.Entry[T], error) {
	found := make([]*content.Entry[T], len(ids))
	filter := bson.D{{Key: "_id", Value: query.OneOf(ids)}}
	if len(ids) == 1 {
		filter = engine.ByID(ids[0])
	}
	return found, c.table.Find(ctx, engine.Query{Filter: filter, Batch: len(ids)}, func(doc bson.Raw) error {
		id := content.ID(bsondoc.ID(doc))
		for i := range ids {
			if ids[i] != id {
				continue
			}
			e := new(content.Entry[T])
			if err := bsondoc.Unmarshal(doc, e); err != nil {
				return err
			}
			c.complete(e)
			found[i] = e
		}
		return nil
	})
}

// Linking lists the entries whose link in a field, at a stage, names one of some other entries.
func (c *Collection[T, F]) Linking(
	ctx context.Context, stage content.Stage, field string, to []content.ID,
) (ids []content.ID, err error) {
	v := c.lists.View(stage)
	err = c.table.Find(ctx, engine.Query{Filter: bson.D{{Key: v.At + field, Value: query.OneOf(to)}}, Fields: idOnly},
		func(doc bson.Raw) error {
			id := bsondoc.ID(doc)
			ids = append(ids, content.ID(id))
			return nil
		})
	return ids, err
}

// heads reads the heads of some entries.
func (c *Collection[T, F]) heads(ctx context.Context, ids []content.ID) (map[content.ID]string, error) {
	heads := make(map[content.ID]string, len(ids))
	q := engine.Query{
		Filter: bson.D{{Key: "_id", Value: query.OneOf(ids)}}, Fields: bson.D{{Key: "head", Value: 1}},
		Batch: len(ids),
	}
	return heads, c.table.Find(ctx, q, func(doc bson.Raw) error {
		heads[content.ID(bsondoc.ID(doc))], _ = doc.Lookup("head").StringValueOK()
		return nil
	})
}

// seen calls a function with those of some claims of the kind whose entries readers see with the slug.
func (c *Collection[T, F]) seen(ctx context.Context, claims map[claimKey]claim, each func(claimKey, content.ID)) error {
	var ids []content.ID
	for _, held := range claims {
		ids = append(ids, held.Entry)
	}
	return c.byIDs(ctx, ids, content.StagePublished, []string{formerSlugs}, func(id content.ID, e T, _ int) {
		for key, held := range claims {
			if held.Entry == id && common(e).HasSlug(key.slug) {
				each(key, id)
			}
		}
	})
}
