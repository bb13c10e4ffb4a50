package storage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/feed"
)

// putTimeout bounds a [Collection.Put], which may add as many entries as a collection has.
const putTimeout = 5 * time.Minute

// Put adds new entries of the kind. It makes one step for each collection: their first revisions, the claims of their
// slugs, the entries themselves, and the marks of the public claims.
func (c *Collection[T, F]) Put(ctx context.Context, entries []*content.Entry[T]) error {
	if len(entries) == 0 {
		return nil
	}
	var docs, claimed, revised []engine.Change
	var public []string
	for _, e := range entries {
		e.Head = fmt.Sprintf("%s:%d", e.ID, e.Version)
		if !common(e.Draft).PublishedAt.IsZero() { // the entry is public, or was
			e.PublicSlugs = common(e.Draft).Slugs()
		} else { // the former slugs were public at the source
			e.PublicSlugs = slices.Clone(common(e.Draft).FormerSlugs)
		}
		doc, err := c.document(nil, e, nil)
		if err != nil {
			return err
		}
		docs, public = append(docs, engine.Insert(doc)), append(public, c.publicIDs(e.Live)...)
		for _, slug := range common(e.Draft).Slugs() {
			claimed = append(claimed, engine.Insert(claim{ID: claimKey{c.kind, slug}.id(), Entry: e.ID, At: e.UpdatedAt}))
		}
		revised = append(revised, engine.Insert(storedRevision{Committed: true, Copy: e.Draft, Revision: content.Revision{
			ID: e.Head, Entry: e.ID, Of: c.kind, Version: e.Version, At: e.UpdatedAt, Action: content.ActionImport,
			State: e.State, Label: content.As(e.Draft).Label(),
		}}))
	}
	// The deadline of an ordinary operation would interrupt a long write on a slow machine, and leave a part of the
	// entries behind.
	ctx, cancel := context.WithTimeout(ctx, putTimeout)
	defer cancel()
	for _, step := range []struct {
		collection string
		changes    []engine.Change
	}{{revisionsName, revised}, {routes, claimed}, {c.name, docs}} {
		if err := c.store.write(ctx, step.collection, step.changes...); err != nil {
			return fmt.Errorf("add to %s: %w", step.collection, err)
		}
	}
	fault("entries put")
	c.store.Feed.Changed(feed.Change{})
	shown := bson.D{
		{Key: "_id", Value: bson.D{{Key: "$in", Value: append([]string{}, public...)}}},
		{Key: hiddenField, Value: nil},
	}
	return c.store.write(ctx, routes, engine.UpdateAll(shown, engine.Set(publicField, true)))
}

// put implements [collection].
func (c *Collection[T, F]) put(ctx context.Context, items []content.Item) error {
	var entries []*content.Entry[T]
	for _, item := range items {
		if copied, ok := any(item.Content).(T); ok {
			entries = append(entries, content.NewEntry(copied, !item.Draft))
		}
	}
	return c.Put(ctx, entries)
}

// PutItems adds new entries of any kinds, one kind after the other. Their derived values must be set already.
func (s *Store) PutItems(ctx context.Context, items []content.Item) error {
	for _, c := range s.collections {
		if err := c.put(ctx, items); err != nil {
			return err
		}
	}
	return nil
}
