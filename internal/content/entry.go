package content

import "time"

// Entry is the envelope in which every kind is stored: one document an entry, so
// that publishing is one atomic step on any engine.
type Entry[T any] struct {
	ID ID `json:"_id"`
	// Version counts the accepted changes of the entry, from 1.
	Version int `json:"version"`
	// Live is what the public sees; nil when it sees nothing.
	Live *T `json:"live"`
	// Draft is the working copy; nil when nothing newer than Live is in work.
	Draft *T    `json:"draft"`
	State State `json:"state"`
	// PublishAt and UnpublishAt are moments at which the state is to change by itself.
	PublishAt   *time.Time `json:"publishAt,omitempty"`
	UnpublishAt *time.Time `json:"unpublishAt,omitempty"`
	CreatedAt   time.Time  `json:"createdAt"`
	CreatedBy   string     `json:"createdBy,omitempty"`
	UpdatedAt   time.Time  `json:"updatedAt"`
	UpdatedBy   string     `json:"updatedBy,omitempty"`
	TrashedAt   *time.Time `json:"trashedAt,omitempty"`
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
}

// Common is the part that all kinds share.
func (b *Base) Common() *Base { return b }

// Status is the state as readers of the live copy see it: always published,
// whatever is being prepared behind it.
func (b *Base) Status() State { return StatePublished }

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
