package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
)

// claim claims the new slugs of an entry. It takes over a claim of another entry whose write failed. The same command
// opens the claims of the slugs that the entry will lose, so that a sweep removes them if the write does not. by is
// the revision of the write, at is its time. It reports whether the entry loses a slug.
func (c *Collection[T, F]) claim(
	ctx context.Context, before, e *content.Entry[T], by string, at time.Time,
) (lost bool, err error) {
	var claims []claim
	var changes []engine.Change
	for _, slug := range common(e.Draft).Slugs() {
		own := claim{ID: claimKey{c.kind, slug}.id(), Entry: e.ID, At: at, By: by, Program: c.store.program, Open: true}
		if holds(before, slug) || slices.Contains(claims, own) {
			continue
		}
		claims, changes = append(claims, own), append(changes, engine.Replace(own.ID, own, bson.E{Key: "entry", Value: e.ID}))
	}
	if before != nil {
		for _, slug := range common(before.Draft).Slugs() {
			if !holds(e, slug) {
				own := bson.D{{Key: "_id", Value: claimKey{c.kind, slug}.id()}, {Key: "entry", Value: e.ID}}
				changes = append(changes,
					engine.Update(own, bson.D{{Key: "$set", Value: bson.D{{Key: openField, Value: true}, {Key: "by", Value: by}}}}))
			}
		}
	}
	others, err := c.store.writeEach(ctx, routes, changes)
	for _, i := range others {
		if err == nil {
			err = c.takeOver(ctx, claims[i])
		}
	}
	return len(changes) > len(claims), err
}

// release removes the claims of the slugs that an entry lost by a write, except those that a later write has claimed
// again.
func (c *Collection[T, F]) release(ctx context.Context, before, after *content.Entry[T], by string) error {
	var changes []engine.Change
	for _, slug := range common(before.Draft).Slugs() {
		if !holds(after, slug) {
			changes = append(changes, engine.Delete(bson.D{
				{Key: "_id", Value: claimKey{c.kind, slug}.id()}, {Key: "entry", Value: after.ID}, {Key: "by", Value: by},
			}))
		}
	}
	_, err := c.store.writeEach(ctx, routes, changes)
	return err
}

// Taken reports whether a slug belongs to another entry than the given one.
func (c *Collection[T, F]) Taken(ctx context.Context, slug string, than content.ID) (bool, error) {
	held, err := c.store.claims(ctx, []claimKey{{c.kind, slug}})
	if err != nil {
		return false, err
	}
	claimed, ok := held[claimKey{c.kind, slug}]
	if !ok || claimed.Entry == than {
		return false, nil
	}
	holder, _, err := c.Entry(ctx, claimed.Entry) // a nil holder has no slug
	return holds(holder, slug), err
}

// holds reports whether an entry has, or had, a slug. It is false for nil.
func holds[T any](e *content.Entry[T], slug string) bool {
	return e != nil && (common(e.Draft).HasSlug(slug) || slices.Contains(e.PublicSlugs, slug))
}

// claimGrace is how long a claim protects a slug for an entry that does not have it: a write may be about to set the
// slug. It is twice as long as the commands of a write may take together.
const claimGrace = time.Minute

// abandonedClaim reports whether a claim, of an entry that does not have the slug, was left behind by a failed write.
// now is the claim that wants the slug. A local engine has one program at a time, so a claim of another run was left
// behind.
func (s *Store) abandonedClaim(held, now claim) bool {
	return s.engine.Local() && held.Program != s.program || now.At.Sub(held.At) >= claimGrace
}

// takeOver claims a slug that another entry has claimed and does not have.
func (c *Collection[T, F]) takeOver(ctx context.Context, own claim) error {
	_, slug, _ := strings.Cut(own.ID, ":")
	held, err := batch.Join(ctx, "claim", claimKey{c.kind, slug}, c.store.heldBy)
	if err != nil {
		return err
	}
	if held == nil { // the claim was removed meanwhile
		return &SlugTakenError{slug}
	}
	if held.Entry == own.Entry {
		return nil
	}
	holder, _, err := c.Entry(ctx, held.Entry)
	if err != nil {
		return err
	}
	if holds(holder, slug) || !c.store.abandonedClaim(*held, own) {
		return &SlugTakenError{slug}
	}
	// all fields but the _id
	others, err := c.store.writeEach(ctx, routes, []engine.Change{engine.Replace(own.ID, own, held.same()[1:]...)})
	if err == nil && len(others) > 0 {
		return &SlugTakenError{slug}
	}
	return err
}

// show marks the claims of a saved entry as public.
func (c *Collection[T, F]) show(ctx context.Context, e *content.Entry[T]) error {
	return c.updateClaims(ctx, c.publicIDs(e.Live), bson.D{
		{Key: "entry", Value: e.ID},
		{Key: hiddenField, Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gte", Value: e.Version}}}}},
	}, engine.Set(publicField, true))
}

// hide clears the public mark of the claims of the slugs that readers won't see any more after an entry is saved.
func (c *Collection[T, F]) hide(ctx context.Context, before, after *content.Entry[T]) error {
	remain := c.publicIDs(after.Live)
	gone := slices.DeleteFunc(c.publicIDs(before.Live), func(id string) bool { return slices.Contains(remain, id) })
	return c.updateClaims(ctx, gone, bson.D{
		{Key: "entry", Value: after.ID},
		{Key: hiddenField, Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$gt", Value: after.Version}}}}},
	}, bson.D{
		{Key: "$set", Value: bson.D{{Key: hiddenField, Value: after.Version}}},
		{Key: "$unset", Value: bson.D{{Key: publicField, Value: ""}}},
	})
}

// publicIDs returns the ids of the claims of a live copy's slugs, or nil if the copy is nil.
func (c *Collection[T, F]) publicIDs(copied T) (ids []string) {
	if content.IsNil(copied) {
		return nil
	}
	for _, slug := range common(copied).Slugs() {
		ids = append(ids, claimKey{c.kind, slug}.id())
	}
	return ids
}

// updateClaims changes those of some claims that meet a condition.
func (c *Collection[T, F]) updateClaims(ctx context.Context, ids []string, condition, change bson.D) error {
	changes := make([]engine.Change, len(ids))
	for i, id := range ids {
		changes[i] = engine.Update(append(engine.ByID(id), condition...), change)
	}
	_, err := c.store.writeEach(ctx, routes, changes)
	return err
}
