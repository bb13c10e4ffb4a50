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

// revisions describes how the store keeps revisions. They are listed like a kind. Their documents have no envelope.
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

// storedRevision is the document of a revision. It is inserted first, with the version that the entry will have. It
// is committed when the entry names it as its head. A revision that is neither committed nor being written was left
// by a crash or a lost race. It is never shown, and a sweep removes it.
type storedRevision struct {
	content.Revision `json:",inline"`
	Committed        bool `json:"committed"`
	// Copy is the working copy after the change, or nil if there is none.
	Copy any `json:"copy,omitempty"`
}

// RevisionCopy reads the working copy that an entry had at a version. It returns false if the version never existed,
// or its copy was removed.
func (c *Collection[T, F]) RevisionCopy(ctx context.Context, id content.ID, version int) (T, bool, error) {
	copied, ok, err := revisionCopy[T](ctx, c.store, id, version)
	return c.fill(id, copied, nil), ok, err
}

// at identifies a version of an entry.
type at struct {
	entry   content.ID
	version int
}

// revisionCopy reads the copy in a revision of an entry or of the settings. It returns false if there is none.
func revisionCopy[T any](ctx context.Context, s *Store, id content.ID, version int) (T, bool, error) {
	kind := fmt.Sprintf("revision of a %T", *new(T))
	copied, err := batch.Join(ctx, kind, at{id, version},
		func(ctx context.Context, places []at) ([]T, error) { return revisionCopies[T](ctx, s, places) })
	return copied, err == nil && !content.IsNil(copied), err
}

// revisionCopies does what revisionCopy does for several versions, with nil for those that do not exist.
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
	open, copies := []*content.Revision{}, []T{} // at most one revision of a version is committed
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
	committed, err := s.settle(ctx, open)
	if err != nil {
		return nil, err
	}
	for i, r := range open {
		if committed[i] {
			found[at{r.Entry, r.Version}] = copies[i]
		}
	}
	all := make([]T, len(places))
	for i, p := range places {
		all[i] = found[p]
	}
	return all, nil
}

// Receipt is the stored result of a change.
type Receipt struct {
	content.Revision `json:",inline"`
	// Committed means that the revision is committed: it is, or was, the head of the entry.
	Committed bool `json:"committed"`
	// Unchanged means that the change left everything as it was.
	Unchanged bool `json:"receipt"`
}

// Receipt finds the stored result of a change by its id. A repeated change learns from it what the first attempt did.
// It returns false if there is none.
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

// receipts reads the results with some ids, with nil for those that do not exist.
func (s *Store) receipts(ctx context.Context, ids []string) ([]*Receipt, error) {
	found := make(map[string]*Receipt, len(ids))
	q := engine.Query{
		Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, Fields: withoutCopy,
		Batch: len(ids),
	}
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

// KeepReceipt stores the result of a change that left everything as it was, under its idempotency key. It is stored
// in the collection of revisions, but is not a revision: it is never listed. It returns [ErrAttempted] if there is a
// result already.
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
