package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

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
func revisionCopy[T any](ctx context.Context, s *Store, id content.ID, version int) (*T, error) {
	type revision struct {
		Copy *T `json:"copy"`
	}
	r, err := findOne[revision](ctx, s.engine.Table(revisionsName), bson.D{
		{Key: "entry", Value: id}, {Key: "version", Value: version}, {Key: "committed", Value: true},
	})
	if r == nil || err != nil {
		return nil, err
	}
	return r.Copy, nil
}

// Receipt finds the revision with an id and tells whether it came to be: the entry
// names it, or has since gone on from it. It is how a retried change learns what the
// first attempt did. Nil when there is no such revision.
func (s *Store) Receipt(ctx context.Context, id string) (*content.Revision, bool, error) {
	type receipt struct {
		content.Revision `json:",inline"`
		Committed        bool `json:"committed"`
		Receipt          bool `json:"receipt"`
	}
	r, err := findOne[receipt](ctx, s.engine.Table(revisionsName), engine.ByID(id), withoutCopy...)
	if r == nil || err != nil {
		return nil, false, err
	}
	if !r.Committed && !r.Receipt {
		r.Committed, err = s.settle(ctx, &r.Revision)
	}
	return &r.Revision, r.Committed || r.Receipt, err
}

// KeepReceipt keeps what a change that left everything as it was is known by under its idempotency key. It stands
// beside the revisions and is none: nobody lists it. It answers [ErrAttempted] when there is one already.
func (s *Store) KeepReceipt(ctx context.Context, r content.Revision) error {
	err := s.write(ctx, revisionsName, engine.Insert(struct {
		content.Revision `json:",inline"`
		Receipt          bool `json:"receipt"`
	}{r, true}))
	if errors.Is(err, engine.ErrDuplicate) {
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

// Sweep settles what a crash left open. Revisions that are an entry's head are marked; those that
// came to nothing are removed when they are older than ten minutes, or at once with all,
// and so are the claims of slugs that no entry has. It tells how many were marked and how many
// removed.
func (s *Store) Sweep(ctx context.Context, now time.Time, all bool) (marked, removed int, err error) {
	err = s.Open(ctx, func(r *content.Revision) error {
		came, err := s.settle(ctx, r)
		switch {
		case err != nil:
			return err
		case came:
			marked++
		case all || now.Sub(r.At) > abandoned:
			if err := s.discard(ctx, r.ID); err != nil {
				return err
			}
			removed++
		}
		return nil
	})
	if err != nil {
		return marked, removed, err
	}
	released, err := s.sweepClaims(ctx, now)
	return marked, removed + released, err
}

// discard removes a revision that did not come to be.
func (s *Store) discard(ctx context.Context, id string) error {
	err := s.write(ctx, revisionsName, engine.Delete(bson.D{{Key: "_id", Value: id}, {Key: "committed", Value: false}}))
	if err != nil {
		return fmt.Errorf("remove an open revision: %w", err)
	}
	return nil
}

// Discard removes an attempt of a change that did not come to be and is old enough to
// be dead, so that the change can be tried again under the same id.
func (s *Store) Discard(ctx context.Context, r *content.Revision, now time.Time) (bool, error) {
	if now.Sub(r.At) < s.timeout {
		return false, nil
	}
	return true, s.discard(ctx, r.ID)
}
