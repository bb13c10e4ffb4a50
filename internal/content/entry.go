package content

import (
	"slices"
	"time"
)

// As converts a copy from the type parameter of generic code to [Content].
func As[T any](copied T) Content { return any(copied).(Content) }

// Same reports whether two pointers of a type parameter are equal.
func Same[T any](a, b T) bool { return any(a) == any(b) }

// IsNil reports whether a pointer of a type parameter is nil.
func IsNil[T any](pointer T) bool {
	var none T
	return Same(pointer, none)
}

// Entry is the envelope in which the entries of every kind are stored. An entry is one document, so that publishing is
// one atomic step on each engine. T is a pointer to the struct of a kind, here and in all other generic code over
// kinds, because the compiler makes one function body for all pointer types, but one body for each struct type. This
// requires that a constraint has only methods (`any` is one, `comparable` is not): see shapify in
// cmd/compile/internal/noder/reader.go.
type Entry[T any] struct {
	ID ID `json:"_id"`
	// Version counts the accepted changes of the entry, from 1.
	Version int `json:"version"`
	// Live is the published copy; nil if readers see none.
	Live T `json:"live"`
	// Draft is the working copy. It is never nil. Without changes since the last publication, it equals the copy that
	// was published last.
	Draft T `json:"draft"`
	// PublicSlugs are the slugs under which readers could see the entry.
	PublicSlugs []string `json:"publicSlugs,omitempty"`
	// Previews is the preview mark of the entry. A preview is valid while the entry has the mark under which it was
	// created. A new mark ends all previews of the entry.
	Previews string `json:"previews,omitempty"`
	// Head is the id of the revision of Version.
	Head      string    `json:"head"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Editing   `json:",inline"`
}

// NewEntry returns an entry at version 1 with a copy, published or as a draft.
func NewEntry[T any](copied T, published bool) *Entry[T] {
	base := As(copied).Common()
	e := &Entry[T]{ID: base.ID, Version: 1, Draft: copied, CreatedAt: base.CreatedAt, UpdatedAt: base.UpdatedAt}
	e.State = StateDraft
	if published {
		e.Live, e.State = copied, StatePublished
	}
	return e
}

// Editing is the editing state of an entry: schedule, people and times.
type Editing struct {
	State State `json:"state"`
	// PublishAt and UnpublishAt are the times at which the state changes automatically.
	PublishAt   *time.Time `json:"publishAt,omitempty"`
	UnpublishAt *time.Time `json:"unpublishAt,omitempty"`
	// CreatedBy and UpdatedBy are nil for an imported entry.
	CreatedBy *Person    `json:"createdBy,omitempty"`
	UpdatedBy *Person    `json:"updatedBy,omitempty"`
	TrashedAt *time.Time `json:"trashedAt,omitempty"`
	// ID is the id of the entry; the store fills it in.
	ID ID `json:"-"`
	// LiveVersion is the published version, 0 if there is none; the store fills it in.
	LiveVersion int `json:"-"`
}

// Person is the author of a change, with the name at that time.
type Person struct {
	// ID is the id of an account or a token, or the subject of an issuer.
	ID   string `json:"id"`
	Name string `json:"name"`
}

// State is the state of an entry in the editorial workflow.
type State string

// The states of an entry.
const (
	StateDraft     State = "DRAFT"
	StateInReview  State = "IN_REVIEW"
	StateScheduled State = "SCHEDULED"
	StatePublished State = "PUBLISHED"
	StateChanged   State = "CHANGED"
	StateArchived  State = "ARCHIVED"
	StateTrashed   State = "TRASHED"
)

// Base has the fields that all kinds have. It is stored in each copy of an entry, so that a reader of the published
// copy learns nothing about the draft: not its version, not the time of its last change.
type Base struct {
	// ID is the id of the entry; the store fills it in from the envelope.
	ID ID `json:"-"`
	// Editing is set only in a working copy; the store fills it in.
	Editing *Editing `json:"-"`
	// Revision is the version of the revision from which the copy was read; 0 in the present copies of the entry.
	Revision int `json:"-"`
	// Slug is the name of the entry in addresses, unique in its kind.
	Slug string `json:"slug"`
	// FormerSlugs are earlier slugs of the entry. They still find it.
	FormerSlugs []string `json:"formerSlugs,omitempty"`
	// Version is the version of the entry that this copy has.
	Version   int       `json:"version"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	// PublishedAt is when readers could first see the entry; zero in a draft that was never published.
	PublishedAt time.Time `json:"publishedAt,omitempty,omitzero"`
	// LinkedMediaIDs are the media to whose files the addresses in the copy lead. With it, the addresses in running
	// text and in fields of type [URL] are links to media, like the ids in other fields.
	LinkedMediaIDs []ID `json:"linkedMedia,omitempty"`
}

// Common returns the fields that all kinds have.
func (b *Base) Common() *Base { return b }

// Slugs returns the slug and the former slugs, without repetitions.
func (b *Base) Slugs() []string {
	former := slices.DeleteFunc(slices.Clone(b.FormerSlugs), func(slug string) bool { return slug == b.Slug })
	return append([]string{b.Slug}, former...)
}

// HasSlug reports whether slug is the slug or a former slug of the entry.
func (b *Base) HasSlug(slug string) bool {
	return b.Slug == slug || slices.Contains(b.FormerSlugs, slug)
}

// Status returns the state of the entry. The status of a published copy is always PUBLISHED, whatever happens to the
// draft.
func (b *Base) Status() State {
	if b.Editing != nil {
		return b.Editing.State
	}
	return StatePublished
}

// Path returns the path of an entry on the site, such as "/articles/hoi-nghi".
func Path(c Content) string { return c.Kind().Path(c.Common().Slug) }
