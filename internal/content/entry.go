package content

import (
	"slices"
	"time"
)

// As is a copy that generic code holds as content of any kind.
func As[T any](copied T) Content { return any(copied).(Content) }

// Same tells whether two pointers that generic code holds are the same one.
func Same[T any](a, b T) bool { return any(a) == any(b) }

// IsNil tells whether a pointer that generic code holds is nil.
func IsNil[T any](pointer T) bool {
	var none T
	return Same(pointer, none)
}

// Entry is the envelope in which every kind is stored: one document an entry, so
// that publishing is one atomic step on any engine. T is a pointer to the struct of a kind, here and in all generic code
// of kinds: the compiler makes one body for all pointers, and a body of its own for each struct. For that a constraint
// must have nothing but methods (`any` does, `comparable` does not): see shapify in cmd/compile/internal/noder/reader.go.
type Entry[T any] struct {
	ID ID `json:"_id"`
	// Version counts the accepted changes of the entry, from 1.
	Version int `json:"version"`
	// Live is what the public sees; nil when it sees nothing.
	Live T `json:"live"`
	// Draft is the working copy. It is always there; where nothing is being prepared, it
	// is what was published last.
	Draft T `json:"draft"`
	// PublicSlugs are the slugs under which readers saw it.
	PublicSlugs []string `json:"publicSlugs,omitempty"`
	// Previews marks the previews of the entry that are good: those that were given out under it. To set another one
	// ends all of them.
	Previews string `json:"previews,omitempty"`
	// Head is the id of the revision that Version is.
	Head      string    `json:"head"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Editing   `json:",inline"`
}

// NewEntry is the entry of a copy in its first version, published or as a draft.
func NewEntry[T any](copied T, published bool) *Entry[T] {
	base := As(copied).Common()
	e := &Entry[T]{ID: base.ID, Version: 1, Draft: copied, CreatedAt: base.CreatedAt, UpdatedAt: base.UpdatedAt}
	e.State = StateDraft
	if published {
		e.Live, e.State = copied, StatePublished
	}
	return e
}

// Editing is what the newsroom keeps of an entry beside its copies.
type Editing struct {
	State State `json:"state"`
	// PublishAt and UnpublishAt are moments at which the state is to change by itself.
	PublishAt   *time.Time `json:"publishAt,omitempty"`
	UnpublishAt *time.Time `json:"unpublishAt,omitempty"`
	// CreatedBy and UpdatedBy are nil for what came with an import.
	CreatedBy *Person    `json:"createdBy,omitempty"`
	UpdatedBy *Person    `json:"updatedBy,omitempty"`
	TrashedAt *time.Time `json:"trashedAt,omitempty"`
	// ID is the entry's; the store fills it in.
	ID ID `json:"-"`
	// LiveVersion is the version that readers see, 0 while they see nothing; the store fills it in.
	LiveVersion int `json:"-"`
}

// Person is somebody who acts, by the name of that day.
type Person struct {
	// ID is an account's, a token's, or an issuer's subject.
	ID   string `json:"id"`
	Name string `json:"name"`
}

// State is where an entry stands in the newsroom's workflow.
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

// Base is what every kind has in both copies of its entry. It is stored inside
// each copy, so that a reader of the live one learns nothing of the draft: not
// its version, not the time of its last change.
type Base struct {
	// ID is the entry's; the store fills it in, since it stands in the envelope.
	ID ID `json:"-"`
	// Editing is there in a working copy alone; the store fills it in.
	Editing *Editing `json:"-"`
	// Revision is the version of the revision that the copy was read from; 0 in the copies that the entry has now.
	Revision int `json:"-"`
	// Slug is the entry's name in addresses, unique in its kind.
	Slug string `json:"slug"`
	// FormerSlugs are the slugs that it had before; they keep answering.
	FormerSlugs []string `json:"formerSlugs,omitempty"`
	// Version is the entry's version that this copy shows.
	Version   int       `json:"version"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	// PublishedAt is when readers could first see it; zero in a draft that never was live.
	PublishedAt time.Time `json:"publishedAt,omitempty,omitzero"`
	// LinkedMediaIDs are the media whose files the addresses in the copy lead to: running text and
	// fields of type [URL] link to them as other fields link by id.
	LinkedMediaIDs []ID `json:"linkedMedia,omitempty"`
}

// Common is the part that all kinds share.
func (b *Base) Common() *Base { return b }

// Slugs are the slug and those that it had before, each once.
func (b *Base) Slugs() []string {
	former := slices.DeleteFunc(slices.Clone(b.FormerSlugs), func(slug string) bool { return slug == b.Slug })
	return append([]string{b.Slug}, former...)
}

// HasSlug tells whether it has a slug, or had it.
func (b *Base) HasSlug(slug string) bool {
	return b.Slug == slug || slices.Contains(b.FormerSlugs, slug)
}

// Status is the state of the entry. Readers of the live copy see it published,
// whatever is being prepared behind it.
func (b *Base) Status() State {
	if b.Editing != nil {
		return b.Editing.State
	}
	return StatePublished
}

// Content is an entry of any kind.
type Content interface {
	// Common is the part that all kinds share.
	Common() *Base
	// Kind is the kind of the entry.
	Kind() Kind
	// Label is the entry's display name: its title or its name.
	Label() Text
}

// Path is the address of an entry on the site, such as "/articles/hoi-nghi".
func Path(c Content) string { return c.Kind().Path(c.Common().Slug) }
