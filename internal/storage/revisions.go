package storage

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
	"sen/internal/storage/query"
)

// revisions is what the store knows of revisions. They are listed like a kind; a
// document is a revision itself.
func revisions() spec[*content.Revision, *content.RevisionFilter] {
	return spec[*content.Revision, *content.RevisionFilter]{
		kind: "Revision", name: revisionsName, whole: true,
		orders:    map[string]query.SortKey{"AT": query.Moment("at"), "VERSION": query.Number("version")},
		order:     "VERSION_DESC",
		relations: []string{"entry"},
		values:    []string{"committed"},
		filter: func(w *where, f *content.RevisionFilter) {
			query.Match(w.Where, "entry", f.Entry)
			query.Match(w.Where, "action", f.Action)
			w.Plain("by.id", f.By, "i")
			query.Compare(w.Where, "at", f.At)
		},
	}
}

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

// RevisionCopy reads the working copy that an entry had at a version. It is false if
// that version never was, or its copy is gone.
func (c *Collection[T, F]) RevisionCopy(ctx context.Context, id content.ID, version int) (T, bool, error) {
	copied, ok, err := revisionCopy[T](ctx, c.store, id, version)
	return c.fill(id, copied, nil), ok, err
}

// at is a version of an entry.
type at struct {
	entry   content.ID
	version int
}

// revisionCopy reads the copy that a revision left behind, of an entry or of the settings. It is false if there is
// none.
func revisionCopy[T any](ctx context.Context, s *Store, id content.ID, version int) (T, bool, error) {
	kind := fmt.Sprintf("revision of a %T", *new(T))
	copied, err := batch.Join(ctx, kind, at{id, version}, func(ctx context.Context, places []at) ([]T, error) { return revisionCopies[T](ctx, s, places) })
	return copied, err == nil && !content.IsNil(copied), err
}

// revisionCopies is revisionCopy for several, nil for those that are not there.
func revisionCopies[T any](ctx context.Context, s *Store, places []at) ([]T, error) {
	type revision struct {
		content.Revision `json:",inline"`
		Committed        bool `json:"committed"`
		Copy             T    `json:"copy"`
	}
	these := make(bson.A, len(places))
	for i, p := range places {
		these[i] = bson.D{{Key: "entry", Value: p.entry}, {Key: "version", Value: p.version}}
	}
	q := engine.Query{Filter: bson.D{{Key: "$or", Value: these}}, Batch: len(places)}
	if len(places) == 1 {
		q.Filter = these[0].(bson.D)
	}
	found := map[at]T{}
	open, copies := []*content.Revision{}, []T{} // of one version at most one came to be
	err := s.engine.Table(revisionsName).Find(ctx, q, func(doc bson.Raw) error {
		var r revision
		err := bsondoc.Unmarshal(doc, &r)
		if r.Committed {
			found[at{r.Entry, r.Version}] = r.Copy
		} else {
			open, copies = append(open, &r.Revision), append(copies, r.Copy)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	came, err := s.settle(ctx, open)
	if err != nil {
		return nil, err
	}
	for i, r := range open {
		if came[i] {
			found[at{r.Entry, r.Version}] = copies[i]
		}
	}
	all := make([]T, len(places))
	for i, p := range places {
		all[i] = found[p]
	}
	return all, nil
}

// Receipt is what is known of a change by its id.
type Receipt struct {
	content.Revision `json:",inline"`
	// Committed tells that the revision came to be: the entry names it, or has since gone on from it.
	Committed bool `json:"committed"`
	// Unchanged tells that the change left everything as it was.
	Unchanged bool `json:"receipt"`
}

// Receipt finds the revision of a change by its id: a change that is sent again learns by it what the first attempt
// did. It is false if there is none.
func (s *Store) Receipt(ctx context.Context, id string) (*Receipt, bool, error) {
	r, err := batch.Join(ctx, "receipt", id, s.receipts)
	if r == nil || err != nil {
		return nil, false, err
	}
	if !r.Committed && !r.Unchanged {
		r.Committed, err = batch.Join(ctx, "settle", &r.Revision, s.settle)
	}
	return r, err == nil, err
}

// receipts reads the revisions with some ids, nil for those that are not there.
func (s *Store) receipts(ctx context.Context, ids []string) ([]*Receipt, error) {
	found := make(map[string]*Receipt, len(ids))
	q := engine.Query{Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, Fields: withoutCopy, Batch: len(ids)}
	err := s.engine.Table(revisionsName).Find(ctx, q, func(doc bson.Raw) error {
		r := new(Receipt)
		err := bsondoc.Unmarshal(doc, r)
		found[r.ID] = r
		return err
	})
	receipts := make([]*Receipt, len(ids))
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
