package storage

import (
	"context"
	"errors"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
	"sen/internal/storage/feed"
)

// Delete removes an entry permanently, with the copies in its revisions and its slugs. The revisions stay, so that it
// is known that the entry existed, and who did what.
func (c *Collection[T, F]) Delete(ctx context.Context, e *content.Entry[T], r content.Revision) error {
	r.Entry, r.Of, r.Version, r.State = e.ID, c.kind, e.Version+1, content.StateTrashed
	if err := c.open(ctx, e, storedRevision{Revision: r}); err != nil {
		return err
	}
	fault("revision inserted")
	committed, err := batch.Join(ctx, "remove "+c.name, removal{e.ID, e.Version}, c.removeAll)
	c.store.Feed.Changed(feed.Change{Kind: c.kind, ID: e.ID})
	if err != nil {
		return err
	}
	if !committed {
		return errors.Join(ErrStale, c.store.discard(ctx, &r))
	}
	fault("entry removed")
	if _, err := batch.Join(ctx, "remove remains", &r, c.store.removeRemains); err != nil {
		// The entry is removed. A sweep that finds the revision removes the remains.
		c.store.log.WarnContext(ctx, "the remains of a removed entry could not be removed yet; a sweep will remove them",
			"entry", e.ID, "err", err)
	}
	fault("revision marked")
	return nil
}

// removal is an entry that is to be removed if it still has the given version.
type removal struct {
	id      content.ID
	version int
}

// removeAll removes those of some entries that still have the given versions, and returns which ones it removed.
func (c *Collection[T, F]) removeAll(ctx context.Context, removals []removal) ([]bool, error) {
	changes, ids := make([]engine.Change, len(removals)), make([]content.ID, len(removals))
	for i, r := range removals {
		changes[i], ids[i] = engine.Delete(bson.D{{Key: "_id", Value: r.id}, {Key: "version", Value: r.version}}), r.id
	}
	found, _, err := c.table.WriteEach(ctx, changes...)
	if err != nil {
		return nil, err
	}
	var left map[content.ID]string
	if found > 0 && found < len(removals) { // those that still exist had another version
		if left, err = c.heads(ctx, ids); err != nil {
			return nil, err
		}
	}
	committed := make([]bool, len(removals))
	for i, r := range removals {
		_, there := left[r.id]
		committed[i] = found > 0 && !there
	}
	return committed, nil
}

// DeleteFiles removes the bytes of a medium, of its variants and of its sizes.
func (s *Store) DeleteFiles(ctx context.Context, id content.ID) error {
	_, err := batch.Join(ctx, "delete files", id, func(ctx context.Context, ids []content.ID) ([]struct{}, error) {
		own := make([]bson.D, len(ids))
		for i, id := range ids {
			own[i] = bson.D{{Key: "$regex", Value: "^" + regexp.QuoteMeta(string(id)) + "(@.*)?$"}}
		}
		return make([]struct{}, len(ids)), errors.Join(s.media.Delete(ctx, own...), s.sizes.Delete(ctx, own...))
	})
	return err
}
