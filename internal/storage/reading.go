package storage

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
	"sen/internal/storage/query"
)

// envelope is an entry of which a part was read.
type envelope[T any] struct {
	ID              content.ID `json:"_id"`
	Live            T          `json:"live"`
	Draft           T          `json:"draft"`
	content.Editing `json:",inline"`
}

// decode reads the copy that a view shows, nil where there is none.
func (c *Collection[T, F]) decode(v query.View, doc bsondoc.Element) (id content.ID, copied T, err error) {
	if c.whole {
		whole := c.make()
		id, _ := doc.At("_id").Text()
		return content.ID(id), whole, c.decoder.Decode(doc, whole)
	}
	var e envelope[T]
	if err := c.decoder.Decode(doc, &e); err != nil {
		return "", copied, fmt.Errorf("decode an entry of %s: %w", c.name, err)
	}
	if v.Editing {
		e.LiveVersion = versionOf(e.Live)
		return e.ID, c.fill(e.ID, e.Draft, &e.Editing), nil
	}
	return e.ID, c.fill(e.ID, e.Live, nil), nil
}

// fill completes a decoded copy with what stands beside it.
func (c *Collection[T, F]) fill(id content.ID, copied T, editing *content.Editing) T {
	if content.IsNil(copied) {
		return copied
	}
	base := common(copied)
	base.ID, base.Editing = id, editing
	if editing != nil {
		editing.ID = id
	}
	return copied
}

// versionOf is the version of a copy, 0 for none.
func versionOf[T any](copied T) int {
	if content.IsNil(copied) {
		return 0
	}
	return common(copied).Version
}

// common is what a copy shares with all kinds.
func common[T any](copied T) *content.Base { return content.As(copied).Common() }

// ByIDs reads the entries with some ids at a stage, with the given stored fields.
// What is not there is not in the answer.
func (c *Collection[T, F]) ByIDs(ctx context.Context, ids []content.ID, stage content.Stage, fields []string) (map[content.ID]T, error) {
	note(ctx, ids)
	found := make(map[content.ID]T, len(ids))
	err := c.byIDs(ctx, ids, stage, fields, func(id content.ID, e T, _ int) { found[id] = e })
	return found, err
}

// note notes that some entries are read, there or not.
func note(ctx context.Context, ids []content.ID) {
	for _, id := range ids {
		cache.Note(ctx, cache.Entry(id))
	}
}

// byIDs gives each entry that ByIDs finds to a function, with the bytes of what was read of it.
func (c *Collection[T, F]) byIDs(ctx context.Context, ids []content.ID, stage content.Stage, fields []string, each func(id content.ID, e T, stored int)) error {
	if len(ids) == 0 {
		return nil
	}
	v := c.lists.ViewByID(stage)
	filter := bson.D{{Key: "_id", Value: query.OneOf(ids)}}
	if len(ids) == 1 {
		filter[0].Value = ids[0] // which both engines look up without planning
	}
	if c.whole {
		if _, _, err := c.store.settleOpen(ctx); err != nil {
			return err
		}
		filter = append(filter, v.Shown...) // of the others, what is not shown has no copy
	}
	return c.read(v).Find(ctx, engine.Query{Filter: filter, Fields: v.Projection(fields), Batch: len(ids)}, func(doc bson.Raw) error {
		id, e, err := c.decode(v, bsondoc.Document(doc))
		if !content.IsNil(e) {
			each(id, e, len(doc))
		}
		return err
	})
}

// BySlug reads the entry with a slug, present or former, at a stage and with the
// given stored fields. It is false if there is none. Readers share what it gives, as with [Collection.Known].
func (c *Collection[T, F]) BySlug(ctx context.Context, slug string, stage content.Stage, fields []string) (e T, ok bool, err error) {
	want, keeps := c.keeps(stage, fields)
	if !keeps {
		e, _, err := c.bySlug(ctx, slug, stage, fields)
		return e, err == nil && !content.IsNil(e), err
	}
	key := claimKey{c.kind, slug}
	if e, ok, err := c.knownSlug(ctx, key, fields); ok || err != nil {
		return e, !content.IsNil(e), err
	}
	since := c.store.Feed.Journal.Now()
	e, stored, err := c.bySlug(ctx, slug, stage, fields)
	if err != nil {
		return e, false, err
	}
	c.keepSlug(key, e, since)
	if stored > 0 {
		c.keep(common(e).ID, e, want, stored, since)
	}
	return e, !content.IsNil(e), nil
}

// bySlug is BySlug from the store, with the bytes of what was read, 0 if that is not known.
func (c *Collection[T, F]) bySlug(ctx context.Context, slug string, stage content.Stage, fields []string) (e T, stored int, err error) {
	e, stored, err = c.lookFor(ctx, slug, c.lists.View(stage), fields)
	if !content.IsNil(e) || err != nil {
		return e, stored, err
	}
	cache.Note(ctx, cache.Kind(c.kind)) // any other may come to have the slug
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
		e = former // else the slug is claimed for what this stage does not show
	}
	return e, 0, err
}

// Withdrawn tells whether a slug, present or former, is of an entry that once was
// published and is not any more. What never was published must not show by its
// address that it exists.
func (c *Collection[T, F]) Withdrawn(ctx context.Context, slug string) (bool, error) {
	cache.Note(ctx, cache.Kind(c.kind))
	key := claimKey{c.kind, slug}
	claims, err := c.store.readClaims(ctx, []claimKey{key})
	if err != nil || claims[key].Entry == "" {
		return false, err
	}
	return there(ctx, c.shown, bson.D{
		{Key: "_id", Value: claims[key].Entry},
		{Key: "live", Value: nil},
		{Key: "publicSlugs", Value: slug},
	})
}

// Entry reads a whole entry, whatever its state. It is false if there is none.
func (c *Collection[T, F]) Entry(ctx context.Context, id content.ID) (*content.Entry[T], bool, error) {
	e, err := batch.Join(ctx, "entry "+c.name, id, c.entries)
	return e, e != nil, err
}

// entries reads whole entries, nil for those that are not there. An id that stands there twice gives two.
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

// complete fills both copies of an entry with what stands in its envelope.
func (c *Collection[T, F]) complete(e *content.Entry[T]) {
	c.fill(e.ID, e.Live, nil)
	e.LiveVersion = versionOf(e.Live)
	c.fill(e.ID, e.Draft, &e.Editing)
}

// Linking lists the entries whose link of a field, at a stage, leads to one of some others.
func (c *Collection[T, F]) Linking(ctx context.Context, stage content.Stage, field string, to []content.ID) (ids []content.ID, err error) {
	v := c.lists.View(stage)
	err = c.table.Find(ctx, engine.Query{Filter: bson.D{{Key: v.At + field, Value: query.OneOf(to)}}, Fields: idOnly},
		func(doc bson.Raw) error {
			id := bsondoc.ID(doc)
			ids = append(ids, content.ID(id))
			return nil
		})
	return ids, err
}
