package storage

import (
	"context"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// sweepClaims checks the open claims that are older than any write may take. It closes those whose entry has the
// slug, and removes the others.
func (s *Store) sweepClaims(ctx context.Context, now time.Time) (released int, err error) {
	old := bson.D{{Key: openField, Value: true}, {Key: "at", Value: bson.D{{Key: "$lt", Value: now.Add(-abandoned)}}}}
	err = s.engine.Table(routes).Find(ctx, engine.Query{Filter: old}, func(doc bson.Raw) error {
		var held claim
		if err := bsondoc.Unmarshal(doc, &held); err != nil {
			return err
		}
		kind, slug, _ := strings.Cut(held.ID, ":")
		has, err := exists(ctx, s.engine.Table(s.collectionName(content.Kind(kind))),
			bson.D{{Key: "_id", Value: held.Entry}, {Key: "$or", Value: bson.A{
				bson.D{{Key: "draft.slug", Value: slug}},
				bson.D{{Key: "draft.formerSlugs", Value: slug}},
				bson.D{{Key: "publicSlugs", Value: slug}},
			}}})
		if err != nil {
			return err
		}
		// The update does nothing if another write of the entry has claimed the slug meanwhile, since that changed the
		// time of the claim.
		if has {
			return s.write(ctx, routes, engine.Update(held.same(), engine.Unset(openField)))
		}
		n, err := s.engine.Table(routes).Write(ctx, engine.Delete(held.same()))
		released += n
		return err
	})
	return released, err
}

// Sweep completes what changes and crashes left open. It marks the revisions that are the head of their entry. It
// removes revisions that are not committed and older than ten minutes, or all of them if all is true. It removes the
// claims of slugs that no entry has. It returns the number of marked revisions, and the number of removed revisions
// and claims.
func (s *Store) Sweep(ctx context.Context, now time.Time, all bool) (marked, removed int, err error) {
	marked, others, err := s.settleOpen(ctx)
	if err != nil {
		return marked, 0, err
	}
	for _, r := range others {
		if all || now.Sub(r.At) > abandoned {
			if err := s.discard(ctx, r); err != nil {
				return marked, removed, err
			}
			removed++
		}
	}
	released, err := s.sweepClaims(ctx, now)
	return marked, removed + released, err
}
