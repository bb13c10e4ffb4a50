// Package entries reads and writes entries of any kind without their Go types: what it gives has copies of type
// [content.Content]. So what is done with entries is written, and compiled, once for all kinds.
package entries

import (
	"context"
	"time"

	"sen/internal/content"
	"sen/internal/storage"
)

// Entry is an entry of any kind. A copy that is not there is a nil interface.
type Entry = content.Entry[content.Content]

// Collection has the entries of one kind. Its methods do what those of [storage.Collection] do.
type Collection interface {
	Kind() content.Kind
	// Entry reads a whole entry, whatever its state; false when there is none.
	Entry(ctx context.Context, id content.ID) (*Entry, bool, error)
	// Each gives every entry, whole, in the order of their ids.
	Each(ctx context.Context, each func(*Entry) error) error
	// IDs lists the ids of all entries.
	IDs(ctx context.Context) ([]content.ID, error)
	// Copies reads copies of some entries at a stage. What is not there is not in the answer.
	Copies(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]content.Content, error)
	// Revision reads the working copy that an entry had at a version; false when there was no such version, or its copy
	// is gone.
	Revision(ctx context.Context, id content.ID, version int) (content.Content, bool, error)
	// Due lists the entries whose state is to change by itself by a time.
	Due(ctx context.Context, at time.Time) ([]content.ID, error)
	// Linking lists the entries whose link of a field, at a stage, leads to one of some others.
	Linking(ctx context.Context, stage content.Stage, field string, to []content.ID) ([]content.ID, error)
	// Taken tells whether a slug of the kind belongs to another entry than one.
	Taken(ctx context.Context, slug string, than content.ID) (bool, error)
	// Save makes a change of an entry; a nil before makes a new one. It answers [storage.ErrStale],
	// [storage.ErrAttempted] or a [storage.SlugTakenError], and nothing is changed then.
	Save(ctx context.Context, before, after *Entry, r content.Revision, now time.Time) error
	// Delete removes an entry for ever.
	Delete(ctx context.Context, e *Entry, r content.Revision) error
	// SetDerived sets derived fields of copies at a stage. This makes no versions.
	SetDerived(ctx context.Context, stage content.Stage, derived map[content.ID]map[string]any) error
}

// typed is a collection of entries whose copies have the Go type T.
type typed[T any, F content.Filter[F]] struct{ stored *storage.Collection[T, F] }

// of makes a collection of one of the store's.
func of[T any, F content.Filter[F]](stored *storage.Collection[T, F]) Collection {
	return typed[T, F]{stored}
}

func (c typed[T, F]) Kind() content.Kind { return c.stored.Kind() }

func (c typed[T, F]) Entry(ctx context.Context, id content.ID) (*Entry, bool, error) {
	e, ok, err := c.stored.Entry(ctx, id)
	if !ok || err != nil {
		return nil, false, err
	}
	return untyped(e), true, nil
}

func (c typed[T, F]) Each(ctx context.Context, each func(*Entry) error) error {
	return c.stored.Each(ctx, func(e *content.Entry[T]) error { return each(untyped(e)) })
}

func (c typed[T, F]) IDs(ctx context.Context) ([]content.ID, error) { return c.stored.IDs(ctx) }

func (c typed[T, F]) Copies(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]content.Content, error) {
	found, err := c.stored.ByIDs(ctx, ids, stage, c.stored.StoredFields())
	all := make(map[content.ID]content.Content, len(found))
	for id, copied := range found {
		all[id] = content.As(copied)
	}
	return all, err
}

func (c typed[T, F]) Revision(ctx context.Context, id content.ID, version int) (content.Content, bool, error) {
	copied, ok, err := c.stored.RevisionCopy(ctx, id, version)
	if !ok || err != nil {
		return nil, false, err
	}
	return content.As(copied), true, nil
}

func (c typed[T, F]) Due(ctx context.Context, at time.Time) ([]content.ID, error) {
	return c.stored.Due(ctx, at)
}

func (c typed[T, F]) Linking(ctx context.Context, stage content.Stage, field string, to []content.ID) ([]content.ID, error) {
	return c.stored.Linking(ctx, stage, field, to)
}

func (c typed[T, F]) Taken(ctx context.Context, slug string, than content.ID) (bool, error) {
	return c.stored.Taken(ctx, slug, than)
}

func (c typed[T, F]) Save(ctx context.Context, before, after *Entry, r content.Revision, now time.Time) error {
	after.Head = r.ID // as the store notes it
	return c.stored.Save(ctx, withType[T](before), withType[T](after), r, now)
}

func (c typed[T, F]) Delete(ctx context.Context, e *Entry, r content.Revision) error {
	return c.stored.Delete(ctx, withType[T](e), r)
}

func (c typed[T, F]) SetDerived(ctx context.Context, stage content.Stage, derived map[content.ID]map[string]any) error {
	return c.stored.SetDerived(ctx, stage, derived)
}

// untyped is an entry whose copies lost their Go type.
func untyped[T any](e *content.Entry[T]) *Entry {
	return convert(e, func(copied T) content.Content {
		if content.IsNil(copied) {
			return nil
		}
		return content.As(copied)
	})
}

// withType is an entry whose copies got their Go type back; nil of a nil one.
func withType[T any](e *Entry) *content.Entry[T] {
	if e == nil {
		return nil
	}
	return convert(e, func(copied content.Content) (typed T) {
		if copied != nil {
			typed = copied.(T)
		}
		return typed
	})
}

// convert is an entry with other types of its copies. The copies themselves stay the same: the store sees by their
// addresses which of them changed.
func convert[From, To any](e *content.Entry[From], copied func(From) To) *content.Entry[To] {
	return &content.Entry[To]{
		ID: e.ID, Version: e.Version, Live: copied(e.Live), Draft: copied(e.Draft), PublicSlugs: e.PublicSlugs,
		Previews: e.Previews, Head: e.Head, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Editing: e.Editing,
	}
}

// At is the copy of an entry that is seen at a stage; nil when there is none.
func At(e *Entry, stage content.Stage) content.Content {
	if stage == content.StageDraft {
		return e.Draft
	}
	return e.Live
}
