package storage

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
)

// revisions is what the store knows of revisions. They are listed like a kind; a
// document is a revision itself.
func revisions() spec[content.Revision, content.RevisionFilter] {
	return spec[content.Revision, content.RevisionFilter]{
		kind: "Revision", name: revisionsName, whole: true,
		orders:    map[string]sortKey{"AT": moment("at"), "VERSION": number("version")},
		order:     "VERSION_DESC",
		relations: []string{"entry"},
		values:    []string{"committed"},
		filter: func(w *where, f *content.RevisionFilter) {
			match(w, "entry", f.Entry)
			match(w, "action", f.Action)
			w.plain("by.id", f.By, "i")
			compare(w, "at", f.At)
		},
	}
}

// withoutCopy reads a revision without the copy that it left behind.
var withoutCopy = bson.D{{Key: "copy", Value: 0}}

// revisionsName is the collection of what entries were, version by version.
const revisionsName = "revisions"

// storedRevision is a revision as it is written. It is inserted first, with a
// version that it would become; only when the entry names it as its head is it
// committed. One that is neither is of a crash or a lost race: it is never shown, and
// swept later.
type storedRevision struct {
	content.Revision `json:",inline"`
	Committed        bool `json:"committed"`
	// Copy is the working copy that the change left behind; nil when there is none.
	Copy any `json:"copy,omitempty"`
}

// RevisionCopy reads the working copy that an entry had at a version; nil when that
// version never was, or its copy is gone.
func (c *Collection[T, F]) RevisionCopy(ctx context.Context, id content.ID, version int) (*T, error) {
	copied, err := revisionCopy[T](ctx, c.store, id, version)
	return c.fill(id, copied, nil), err
}

// revisionCopy reads the copy that a revision left behind, of an entry or of the settings; nil when there is none.
func revisionCopy[T any](ctx context.Context, s *Store, id content.ID, version int) (copied *T, err error) {
	type revision struct {
		content.Revision `json:",inline"`
		Committed        bool `json:"committed"`
		Copy             *T   `json:"copy"`
	}
	var found []*revision // at most one of them came to be
	of := engine.Query{Filter: bson.D{{Key: "entry", Value: id}, {Key: "version", Value: version}}}
	err = s.engine.Table(revisionsName).Find(ctx, of, func(doc bson.Raw) error {
		found = append(found, new(revision))
		return bsondoc.Unmarshal(doc, found[len(found)-1])
	})
	for _, r := range found {
		if err == nil && !r.Committed {
			r.Committed, err = s.settle(ctx, &r.Revision)
		}
		if err == nil && r.Committed {
			return r.Copy, nil
		}
	}
	return nil, err
}

// receipt is what is known of a change by its id.
type receipt struct {
	content.Revision `json:",inline"`
	Committed        bool `json:"committed"`
	// Receipt tells that the change left everything as it was.
	Receipt bool `json:"receipt"`
}

// Receipt finds the revision with an id and tells whether it came to be: the entry
// names it, or has since gone on from it. It is how a retried change learns what the
// first attempt did. Nil when there is no such revision.
func (s *Store) Receipt(ctx context.Context, id string) (*content.Revision, bool, error) {
	r, err := join(ctx, "receipt", id, s.receipts)
	if r == nil || err != nil {
		return nil, false, err
	}
	if !r.Committed && !r.Receipt {
		r.Committed, err = s.settle(ctx, &r.Revision)
	}
	return &r.Revision, r.Committed || r.Receipt, err
}

// receipts reads the revisions with some ids, nil for those that are not there.
func (s *Store) receipts(ctx context.Context, ids []string) ([]*receipt, error) {
	found := make(map[string]*receipt, len(ids))
	q := engine.Query{Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, Fields: withoutCopy, Batch: len(ids)}
	err := s.engine.Table(revisionsName).Find(ctx, q, func(doc bson.Raw) error {
		r := new(receipt)
		err := bsondoc.Unmarshal(doc, r)
		found[r.ID] = r
		return err
	})
	receipts := make([]*receipt, len(ids))
	for i, id := range ids {
		receipts[i] = found[id]
	}
	return receipts, err
}

// KeepReceipt keeps what a change that left everything as it was is known by under its idempotency key. It stands
// beside the revisions and is none: nobody lists it. It answers [ErrAttempted] when there is one already.
func (s *Store) KeepReceipt(ctx context.Context, r content.Revision) error {
	there, err := s.writeEach(ctx, revisionsName, []engine.Change{engine.Insert(struct {
		content.Revision `json:",inline"`
		Receipt          bool `json:"receipt"`
	}{r, true})})
	if len(there) > 0 && err == nil {
		return ErrAttempted
	}
	return err
}

// settle marks a revision as committed if its entry names it as its head, or is gone by it.
func (s *Store) settle(ctx context.Context, r *content.Revision) (bool, error) {
	table := s.engine.Table(s.collectionName(r.Of))
	if r.Action == content.ActionDeleteForever {
		still, err := there(ctx, table, engine.ByID(r.Entry))
		if err != nil || still {
			return false, err
		}
		return true, s.bury(ctx, r)
	}
	came, err := there(ctx, table, bson.D{{Key: "_id", Value: r.Entry}, {Key: "head", Value: r.ID}})
	if err == nil && came {
		err = s.commit(ctx, r.ID)
	}
	return err == nil && came, err
}

// bury removes what is left of an entry that is gone: the copies in its revisions and its slugs. The
// revision that took it away is marked last, so that what a crash left is done later.
func (s *Store) bury(ctx context.Context, r *content.Revision) error {
	of := bson.D{{Key: "entry", Value: r.Entry}}
	err := s.write(ctx, revisionsName, engine.UpdateAll(of, engine.Unset("copy", "label")))
	if err == nil {
		err = s.write(ctx, routes, engine.DeleteAll(of))
	}
	if err != nil {
		return err
	}
	return s.commit(ctx, r.ID)
}

// commit marks a revision as one that came to be.
func (s *Store) commit(ctx context.Context, id string) error {
	return s.write(ctx, revisionsName, engine.Update(engine.ByID(id), engine.Set("committed", true)))
}

// abandoned is the age from which a revision that came to nothing is swept: far longer
// than any write may take.
const abandoned = 10 * time.Minute

// opened reads the revisions that are not marked: those that came to be, as the heads of their entries, and those that did
// not, or not yet. A removal for ever is among the latter while its entry is there.
func (s *Store) opened(ctx context.Context) (came, others []*content.Revision, err error) {
	open := engine.Query{Filter: bson.D{{Key: "committed", Value: false}}, Fields: withoutCopy}
	entries := map[content.Kind][]content.ID{}
	var all []*content.Revision
	err = s.engine.Table(revisionsName).Find(ctx, open, func(doc bson.Raw) error {
		r := new(content.Revision)
		err := bsondoc.Unmarshal(doc, r)
		entries[r.Of], all = append(entries[r.Of], r.Entry), append(all, r)
		return err
	})
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	heads := map[content.ID]string{}
	var queries []engine.Query
	for kind, ids := range entries {
		queries = append(queries, engine.Query{
			Table: s.collectionName(kind), Filter: bson.D{{Key: "_id", Value: oneOf(ids)}},
			Fields: bson.D{{Key: "head", Value: 1}}, Batch: len(ids),
		})
	}
	err = s.engine.Table(revisionsName).FindEach(ctx, queries, func(_ int, doc bson.Raw) error {
		heads[content.ID(bsondoc.ID(doc))], _ = doc.Lookup("head").StringValueOK()
		return nil
	})
	for _, r := range all {
		head, there := heads[r.Entry]
		if head == r.ID || !there && r.Action == content.ActionDeleteForever {
			came = append(came, r)
		} else {
			others = append(others, r)
		}
	}
	return came, others, err
}

// settleOpen marks the revisions that came to be, and gives those that did not, or not yet. A change leaves that to whoever
// reads revisions, to the next change of its entry ([Collection.open]) or to a sweep: so many are marked at once.
func (s *Store) settleOpen(ctx context.Context) (marked int, others []*content.Revision, err error) {
	came, others, err := s.opened(ctx)
	if err != nil {
		return 0, nil, err
	}
	var ids []string
	for _, r := range came {
		if r.Action == content.ActionDeleteForever {
			err = s.bury(ctx, r)
		} else {
			ids = append(ids, r.ID)
		}
		if err != nil {
			return 0, nil, err
		}
	}
	if len(ids) > 0 {
		these := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
		err = s.write(ctx, revisionsName, engine.UpdateAll(these, engine.Set("committed", true)))
	}
	fault("revision marked")
	return len(came), others, err
}

// Sweep settles what changes and crashes left open. Revisions that are an entry's head are marked; those that
// came to nothing are removed when they are older than ten minutes, or at once with all,
// and so are the claims of slugs that no entry has. It tells how many were marked and how many
// removed.
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

// discard removes a revision that did not come to be, but not what another attempt of the change put in its place.
func (s *Store) discard(ctx context.Context, r *content.Revision) error {
	own := bson.D{
		{Key: "_id", Value: r.ID}, {Key: "committed", Value: false}, {Key: "at", Value: r.At}, {Key: "version", Value: r.Version},
	}
	if err := s.write(ctx, revisionsName, engine.Delete(own)); err != nil {
		return fmt.Errorf("remove an open revision: %w", err)
	}
	return nil
}

// Adopt tells whether an attempt of a change that did not come to be may be gone on with by another one. One that is so old
// that a sweep may remove it is removed, so that the change begins anew.
func (s *Store) Adopt(ctx context.Context, r *content.Revision, now time.Time) (bool, error) {
	if now.Sub(r.At) < abandoned/2 {
		return true, nil
	}
	return false, s.discard(ctx, r)
}

// Following lists the revisions that came to be and from which something may follow that was not done.
func (s *Store) Following(ctx context.Context) (all []*content.Revision, err error) {
	q := engine.Query{Fields: withoutCopy, Filter: bson.D{
		{Key: followsField, Value: bson.D{{Key: "$in", Value: bson.A{content.FollowsItself, content.FollowsOthers}}}}, {Key: "committed", Value: true},
	}}
	err = s.engine.Table(revisionsName).Find(ctx, q, func(doc bson.Raw) error {
		all = append(all, new(content.Revision))
		return bsondoc.Unmarshal(doc, all[len(all)-1])
	})
	return all, err
}

// followsField tells in a revision that something follows from it.
const followsField = "follows"

// Followed notes that what follows from some revisions is done.
func (s *Store) Followed(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	these := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
	return s.write(ctx, revisionsName, engine.UpdateAll(these, engine.Unset(followsField)))
}
