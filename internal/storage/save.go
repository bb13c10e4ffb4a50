package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
	"sen/internal/storage/feed"
)

// Save changes an entry in one atomic step on any engine. It first inserts the revision. Then it updates the entry
// from one version to the next, with the revision as its head: this commits the revision. The revision is marked as
// committed later, see [Store.settleOpen]. A nil before creates a new entry. A copy that is equal in both is not
// written again. now is the time of the write; the revision may be older if the change continues an earlier attempt.
// If Save returns [ErrStale], [ErrAttempted] or a [SlugTakenError], the entry is not changed.
func (c *Collection[T, F]) Save(
	ctx context.Context, before, after *content.Entry[T], r content.Revision, now time.Time,
) error {
	after.Head = r.ID
	r.Entry, r.Of, r.Version, r.State = after.ID, c.kind, after.Version, after.State
	r.Label = content.As(after.Draft).Label()
	lost, err := c.claim(ctx, before, after, r.ID, now)
	if err != nil {
		return err
	}
	fault("claimed")
	copied, err := bsondoc.Marshal(after.Draft)
	if err != nil {
		return err
	}
	if err := c.open(ctx, before, storedRevision{Revision: r, Copy: copied}); err != nil {
		return err
	}
	fault("revision inserted")
	if err = c.acyclic(ctx, before, after, r.ID); err == nil && before != nil {
		err = c.hide(ctx, before, after)
	}
	if err == nil {
		err = c.swap(ctx, before, after, copied)
	}
	if errors.Is(err, ErrStale) {
		return errors.Join(err, c.store.discard(ctx, &r))
	}
	if change := (feed.Change{Kind: c.kind, ID: after.ID}); before == nil || !content.Same(before.Live, after.Live) {
		c.store.Feed.Changed(change)
	} else {
		c.store.Feed.Wrote(change)
	}
	if err != nil {
		return err // the revision may be committed: the next reader of it settles that
	}
	c.store.due.note(after.PublishAt)
	c.store.due.note(after.UnpublishAt)
	fault("entry saved")
	if lost {
		if err := c.release(ctx, before, after, r.ID); err != nil {
			// Another entry can take over the claim after a while: see takeOver.
			c.store.log.WarnContext(ctx, "the claim of a former slug could not be removed; a sweep will remove it", "entry",
				after.ID, "err", err)
		}
	}
	if before == nil || !content.Same(before.Live, after.Live) {
		if err := c.show(ctx, after); err != nil {
			c.store.log.WarnContext(ctx,
				"the claims of an entry could not be marked as public; filters by its slugs will read the entry", "entry", after.ID,
				"err", err)
		}
	}
	fault("claims settled")
	return nil
}

// open inserts a revision that is not committed yet, or replaces that of a failed attempt of the same change. In the
// same step it marks the former head as committed: once the entry has a new head, nothing else shows that the former
// one was committed.
func (c *Collection[T, F]) open(ctx context.Context, before *content.Entry[T], r storedRevision) error {
	own := engine.Replace(r.ID, r,
		bson.E{Key: "committed", Value: false}, bson.E{Key: "at", Value: r.At}, bson.E{Key: "request", Value: r.Request})
	changes := []engine.Change{own}
	if before != nil && before.Head != "" {
		changes = append(changes, engine.Update(engine.ByID(before.Head), engine.Set("committed", true)))
	}
	attempted, err := c.store.writeEach(ctx, revisionsName, changes)
	if len(attempted) > 0 && err == nil {
		return ErrAttempted
	}
	return err
}

// swap updates the entry from one version to the next. draft is its encoded working copy.
func (c *Collection[T, F]) swap(ctx context.Context, before, after *content.Entry[T], draft bson.Raw) error {
	doc, err := c.document(before, after, draft)
	if err != nil {
		return err
	}
	if before == nil {
		there, err := c.store.writeEach(ctx, c.name, []engine.Change{engine.Insert(doc)})
		// the same change was sent twice at the same time, and the other one created the entry
		if len(there) > 0 && err == nil {
			return ErrAttempted
		}
		return err
	}
	same := bson.D{{Key: "_id", Value: after.ID}, {Key: "version", Value: before.Version}}
	// all fields but the _id
	committed, err := batch.Join(ctx, "swap "+c.name,
		swap{after.ID, after.Head, engine.Update(same, bson.D{{Key: "$set", Value: doc[1:]}})}, c.swapAll)
	if err == nil && !committed {
		return ErrStale
	}
	return err
}

// swap is the update of one entry to its next version, with its new head.
type swap struct {
	id     content.ID
	head   string
	change engine.Change
}

// swapAll makes some swaps, and returns which of them found the entry in the version before.
func (c *Collection[T, F]) swapAll(ctx context.Context, swaps []swap) ([]bool, error) {
	changes, ids := make([]engine.Change, len(swaps)), make([]content.ID, len(swaps))
	for i, s := range swaps {
		changes[i], ids[i] = s.change, s.id
	}
	found, _, err := c.table.WriteEach(ctx, changes...)
	if err != nil {
		return nil, err
	}
	committed := make([]bool, len(swaps))
	heads := map[content.ID]string{}
	if found > 0 && found < len(swaps) { // some did not: their heads show which
		if heads, err = c.heads(ctx, ids); err != nil {
			return nil, err
		}
	}
	for i, s := range swaps {
		committed[i] = found == len(swaps) || found > 0 && heads[s.id] == s.head
	}
	return committed, nil
}

// document returns the stored form of an entry: each copy with the keys of its texts. It leaves out a copy that is
// the same as before. draft is the encoded working copy, or nil if it is not encoded yet.
func (c *Collection[T, F]) document(before, e *content.Entry[T], draft bson.Raw) (bson.D, error) {
	doc := bson.D{
		{Key: "_id", Value: e.ID},
		{Key: "version", Value: e.Version},
		{Key: "head", Value: e.Head},
		{Key: "state", Value: e.State},
		{Key: "createdAt", Value: e.CreatedAt},
		{Key: "createdBy", Value: e.CreatedBy},
		{Key: "updatedAt", Value: e.UpdatedAt},
		{Key: "updatedBy", Value: e.UpdatedBy},
		{Key: "publishAt", Value: e.PublishAt},
		{Key: "unpublishAt", Value: e.UnpublishAt},
		{Key: "trashedAt", Value: e.TrashedAt},
		{Key: "publicSlugs", Value: e.PublicSlugs},
		{Key: "links", Value: linksOf(e)},
	}
	// otherwise it is left out: MarkPreviews may set it without a new version
	if before != nil && before.Previews != e.Previews {
		doc = append(doc, bson.E{Key: previewsField, Value: e.Previews})
	}
	for _, part := range []struct {
		name    string
		copied  T
		encoded bson.Raw
		same    bool
	}{
		{"live", e.Live, nil, before != nil && content.Same(before.Live, e.Live)},
		{"draft", e.Draft, draft, before != nil && content.Same(before.Draft, e.Draft)},
	} {
		if part.same {
			continue
		}
		stored, err := c.copyWithKeys(part.copied, part.encoded)
		if err != nil {
			return nil, err
		}
		doc = append(doc, bson.E{Key: part.name, Value: stored})
	}
	return doc, nil
}

// copyWithKeys returns the stored form of a copy. encoded is its encoded form, or nil if it is not encoded yet.
func (c *Collection[T, F]) copyWithKeys(copied T, encoded bson.Raw) (stored any, err error) {
	if content.IsNil(copied) {
		return nil, nil
	}
	if encoded == nil {
		encoded, err = bsondoc.Marshal(copied)
	}
	if err == nil {
		encoded, err = bsondoc.AppendField(encoded, "keys", c.textKeys(copied, c.store.Site().Languages))
	}
	if err != nil {
		return nil, fmt.Errorf("encode an entry of %s: %w", c.name, err)
	}
	return encoded, nil
}

// SetDerived sets the values that copies of some entries derive from other entries. The entries keep their versions.
func (c *Collection[T, F]) SetDerived(
	ctx context.Context, stage content.Stage, derived map[content.ID]map[string]any,
) error {
	v := c.lists.ViewByID(stage)
	changes, seen := make([]engine.Change, 0, len(derived)), make([]feed.Change, 0, len(derived))
	for id, fields := range derived {
		set := bson.D{}
		for name, value := range fields {
			set = append(set, bson.E{Key: v.At + name, Value: value})
		}
		filter := append(bson.D{{Key: "_id", Value: id}}, v.Shown...)
		changes, seen = append(changes, engine.Update(filter, bson.D{{Key: "$set", Value: set}})),
			append(seen, feed.Change{Kind: c.kind, ID: id})
	}
	fault("deriving")
	_, err := c.store.writeEach(ctx, c.name, changes)
	if stage != content.StageDraft {
		c.store.Feed.Changed(seen...)
	} else {
		c.store.Feed.Wrote(seen...)
	}
	fault("derived set")
	return err
}

// linksOf returns the distinct entries to which the copies of an entry link.
func linksOf[T any](e *content.Entry[T]) []content.ID {
	links := []content.ID{}
	for _, copied := range []T{e.Live, e.Draft} {
		if !content.IsNil(copied) {
			links = append(links, content.Links(content.As(copied))...)
		}
	}
	slices.Sort(links)
	return slices.Compact(links)
}
