package storage

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// commit marks revisions as committed.
func (s *Store) commit(ctx context.Context, ids ...string) error {
	these := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
	return s.write(ctx, revisionsName, engine.UpdateAll(these, engine.Set("committed", true)))
}

// abandoned is the age from which a sweep removes a revision that is not committed: far longer than any write may
// take.
const abandoned = 10 * time.Minute

// opened lists the revisions that are not marked as committed.
func (s *Store) opened(ctx context.Context) (all []*content.Revision, err error) {
	open := engine.Query{Filter: bson.D{{Key: "committed", Value: false}}, Fields: withoutCopy}
	err = s.engine.Table(revisionsName).Find(ctx, open, func(doc bson.Raw) error {
		all = append(all, new(content.Revision))
		return bsondoc.Unmarshal(doc, all[len(all)-1])
	})
	return all, err
}

// committed returns which of some unmarked revisions are committed: those that are the head of their entry, and those
// that removed their entry.
func (s *Store) committed(ctx context.Context, revisions []*content.Revision) ([]bool, error) {
	if len(revisions) == 0 {
		return nil, nil
	}
	entries := map[content.Kind][]content.ID{}
	for _, r := range revisions {
		entries[r.Of] = append(entries[r.Of], r.Entry)
	}
	heads := map[content.ID]string{}
	var queries []engine.Query
	for kind, ids := range entries {
		queries = append(queries, engine.Query{
			Table: s.collectionName(kind), Filter: bson.D{{Key: "_id", Value: query.OneOf(ids)}},
			Fields: bson.D{{Key: "head", Value: 1}}, Batch: len(ids),
		})
	}
	err := s.engine.Table(revisionsName).FindEach(ctx, queries, func(_ int, doc bson.Raw) error {
		heads[content.ID(bsondoc.ID(doc))], _ = doc.Lookup("head").StringValueOK()
		return nil
	})
	committed := make([]bool, len(revisions))
	for i, r := range revisions {
		head, there := heads[r.Entry]
		committed[i] = head == r.ID || !there && r.Action == content.ActionDeleteForever
	}
	return committed, err
}

// settle marks those of some revisions that are committed, and returns which ones.
func (s *Store) settle(ctx context.Context, revisions []*content.Revision) ([]bool, error) {
	committed, err := s.committed(ctx, revisions)
	if err != nil {
		return nil, err
	}
	var ids []string
	var removed []*content.Revision
	for i, r := range revisions {
		switch {
		case !committed[i]:
		case r.Action != content.ActionDeleteForever:
			ids = append(ids, r.ID)
		default:
			removed = append(removed, r)
		}
	}
	if len(removed) > 0 {
		if _, err := s.removeRemains(ctx, removed); err != nil {
			return nil, err
		}
	}
	if len(ids) > 0 {
		err = s.commit(ctx, ids...)
		fault("revision marked")
	}
	return committed, err
}

// settleOpen marks all revisions that are committed, and returns the others. A change does not mark its own revision.
// A reader of revisions, the next change of the entry ([Collection.open]) or a sweep does it, so that many revisions
// are marked at once.
func (s *Store) settleOpen(ctx context.Context) (marked int, others []*content.Revision, err error) {
	open, err := s.opened(ctx)
	if err != nil {
		return 0, nil, err
	}
	committed, err := s.settle(ctx, open)
	for i := range committed {
		if committed[i] {
			marked++
		} else {
			others = append(others, open[i])
		}
	}
	return marked, others, err
}

// discard removes a revision that is not committed, unless another attempt of the change has replaced it.
func (s *Store) discard(ctx context.Context, r *content.Revision) error {
	own := bson.D{
		{Key: "_id", Value: r.ID},
		{Key: "committed", Value: false},
		{Key: "at", Value: r.At},
		{Key: "version", Value: r.Version},
	}
	if err := s.write(ctx, revisionsName, engine.Delete(own)); err != nil {
		return fmt.Errorf("remove an open revision: %w", err)
	}
	return nil
}

// Adopt reports whether a new attempt of a change may continue a failed one. If the failed attempt is so old that a
// sweep may remove it, Adopt removes it, so that the change starts again.
func (s *Store) Adopt(ctx context.Context, r *content.Revision, now time.Time) (bool, error) {
	if now.Sub(r.At) < abandoned/2 {
		return true, nil
	}
	return false, s.discard(ctx, r)
}

// Following lists the committed revisions that require further work which is not done yet.
func (s *Store) Following(ctx context.Context) (all []*content.Revision, err error) {
	q := engine.Query{Fields: withoutCopy, Filter: bson.D{
		{Key: followsField, Value: bson.D{{Key: "$in", Value: bson.A{content.FollowsItself, content.FollowsOthers}}}},
		{Key: "committed", Value: true},
	}}
	err = s.engine.Table(revisionsName).Find(ctx, q, func(doc bson.Raw) error {
		all = append(all, new(content.Revision))
		return bsondoc.Unmarshal(doc, all[len(all)-1])
	})
	return all, err
}

// Followed records that the further work of some revisions is done.
func (s *Store) Followed(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	these := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
	return s.write(ctx, revisionsName, engine.UpdateAll(these, engine.Unset(followsField)))
}

// removeRemains removes the remains of removed entries: the copies in their revisions, and their slugs. It marks the
// revisions of the removals last, so that a later run completes the work after a crash.
func (s *Store) removeRemains(ctx context.Context, revisions []*content.Revision) ([]struct{}, error) {
	entries, ids := make([]content.ID, len(revisions)), make([]string, len(revisions))
	for i, r := range revisions {
		entries[i], ids[i] = r.Entry, r.ID
	}
	of := bson.D{{Key: "entry", Value: query.OneOf(entries)}}
	err := s.write(ctx, revisionsName, engine.UpdateAll(of, engine.Unset("copy", "label")))
	if err == nil {
		err = s.write(ctx, routes, engine.DeleteAll(of))
	}
	if err == nil {
		err = s.commit(ctx, ids...)
	}
	return make([]struct{}, len(revisions)), err
}
