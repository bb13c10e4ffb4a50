package content

import "time"

// Revision is one accepted change of an entry. All revisions together are the
// history of the entries and the audit log of the site. The copy that it left behind
// is read apart.
type Revision struct {
	ID    string `json:"_id"`
	Entry ID     `json:"entry"`
	Of    Kind   `json:"kind"`
	// Version is the version that the entry became.
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Action  Action    `json:"action"`
	// By is who did it; nil for an import.
	By   *Person `json:"by,omitempty"`
	Note string  `json:"note,omitempty"`
	// State is the state in which the change left the entry.
	State State `json:"state"`
	// Label is what the entry was called.
	Label Text `json:"label,omitempty"`
	// Request is a digest of what was asked under an idempotency key; empty without one.
	Request string `json:"request,omitempty"`
	// Follows tells what may have to be brought up to date behind the change; empty for nothing, or when it was done.
	Follows Follows `json:"follows,omitempty"`
}

// Follows is what has to be brought up to date behind a change of an entry.
type Follows string

// What follows from changes: the entry takes over again what it took over from others, and with FollowsOthers they do
// what they took over from it.
const (
	FollowsItself Follows = "ITSELF"
	FollowsOthers Follows = "OTHERS"
)

// RevisionFilter says which revisions to list.
type RevisionFilter struct {
	Logic[*RevisionFilter]
	Common
	Entry  *IDFilter
	Action *ActionFilter
	By     *StringFilter
	At     *DateTimeFilter
}
