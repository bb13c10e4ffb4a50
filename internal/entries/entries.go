// Package entries reads and writes entries of any kind without their Go types: copies have the type [content.Content].
// Code that works for all kinds is written and compiled once.
package entries

import (
	"context"
	"time"

	"sen/internal/content"
	"sen/internal/storage"
)

// Entry is an entry of any kind. A missing copy is a nil interface.
type Entry = content.Entry[content.Content]

// Collection holds the entries of one kind. Its methods do the same as those of [storage.Collection].
type Collection interface {
	Kind() content.Kind
	// Entry reads a whole entry in any state. It returns false when there is none.
	Entry(ctx context.Context, id content.ID) (*Entry, bool, error)
	// Each calls each with every whole entry, in the order of their ids.
	Each(ctx context.Context, each func(*Entry) error) error
	// EachVersion calls each with every entry, of whose copies it reads only the version and some stored fields.
	EachVersion(ctx context.Context, fields []string, each func(*Entry) error) error
	// StoredFields returns the names of the stored fields of a copy.
	StoredFields() []string
	// Containing lists at most limit entries whose label or another compared text contains a text: see
	// [storage.Collection.Containing].
	Containing(ctx context.Context, s storage.Search, limit int) ([]content.ID, error)
	// IDs lists the ids of all entries.
	IDs(ctx context.Context) ([]content.ID, error)
	// Copies reads the copies of entries at a stage. The map has no key for an entry without such a copy.
	Copies(ctx context.Context, ids []content.ID, stage content.Stage) (map[content.ID]content.Content, error)
	// Revision reads the working copy that an entry had at a version. It returns false when there was no such version,
	// or when its copy was deleted.
	Revision(ctx context.Context, id content.ID, version int) (content.Content, bool, error)
	// Due lists the entries with a scheduled change that is due at a time.
	Due(ctx context.Context, at time.Time) ([]content.ID, error)
	// Linking lists the entries whose field, at a stage, links to one of the entries in to.
	Linking(ctx context.Context, stage content.Stage, field string, to []content.ID) ([]content.ID, error)
	// Taken reports whether a slug of the kind belongs to an entry other than except.
	Taken(ctx context.Context, slug string, except content.ID) (bool, error)
	// Save writes a change of an entry; if before is nil, it creates the entry. On [storage.ErrStale],
	// [storage.ErrAttempted] or a [storage.SlugTakenError], nothing was written.
	Save(ctx context.Context, before, after *Entry, r content.Revision, now time.Time) error
	// Delete removes an entry permanently.
	Delete(ctx context.Context, e *Entry, r content.Revision) error
	// SetDerived sets derived fields of copies at a stage. It does not create versions.
	SetDerived(ctx context.Context, stage content.Stage, derived map[content.ID]map[string]any) error
}

// typed implements Collection for entries whose copies have the Go type T.
type typed[T any, F content.Filter[F]] struct{ stored *storage.Collection[T, F] }

// of returns the untyped collection of a typed one.
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

func (c typed[T, F]) EachVersion(ctx context.Context, fields []string, each func(*Entry) error) error {
	return c.stored.EachVersion(ctx, fields, func(e *content.Entry[T]) error { return each(untyped(e)) })
}

func (c typed[T, F]) StoredFields() []string { return c.stored.StoredFields() }

func (c typed[T, F]) Containing(ctx context.Context, s storage.Search, limit int) ([]content.ID, error) {
	return c.stored.Containing(ctx, s, limit)
}

func (c typed[T, F]) IDs(ctx context.Context) ([]content.ID, error) { return c.stored.IDs(ctx) }

func (c typed[T, F]) Copies(
	ctx context.Context, ids []content.ID, stage content.Stage,
) (map[content.ID]content.Content, error) {
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

func (c typed[T, F]) Linking(
	ctx context.Context, stage content.Stage, field string, to []content.ID,
) ([]content.ID, error) {
	return c.stored.Linking(ctx, stage, field, to)
}

func (c typed[T, F]) Taken(ctx context.Context, slug string, except content.ID) (bool, error) {
	return c.stored.Taken(ctx, slug, except)
}

func (c typed[T, F]) Save(ctx context.Context, before, after *Entry, r content.Revision, now time.Time) error {
	after.Head = r.ID // the store sets the same value
	return c.stored.Save(ctx, withType[T](before), withType[T](after), r, now)
}

func (c typed[T, F]) Delete(ctx context.Context, e *Entry, r content.Revision) error {
	return c.stored.Delete(ctx, withType[T](e), r)
}

func (c typed[T, F]) SetDerived(ctx context.Context, stage content.Stage, derived map[content.ID]map[string]any) error {
	return c.stored.SetDerived(ctx, stage, derived)
}

// untyped returns an entry with its copies as [content.Content].
func untyped[T any](e *content.Entry[T]) *Entry {
	return convert(e, func(copied T) content.Content {
		if content.IsNil(copied) {
			return nil
		}
		return content.As(copied)
	})
}

// withType returns an entry with its copies as T again; nil for nil.
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

// convert returns an entry with another type of copies. The copies keep their addresses, because the store compares the
// addresses to see which copies changed.
func convert[From, To any](e *content.Entry[From], copied func(From) To) *content.Entry[To] {
	return &content.Entry[To]{
		ID: e.ID, Version: e.Version, Live: copied(e.Live), Draft: copied(e.Draft), PublicSlugs: e.PublicSlugs,
		Previews: e.Previews, Head: e.Head, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Editing: e.Editing,
	}
}

// At returns the copy of an entry at a stage; nil when there is none.
func At(e *Entry, stage content.Stage) content.Content {
	if stage == content.StageDraft {
		return e.Draft
	}
	return e.Live
}
