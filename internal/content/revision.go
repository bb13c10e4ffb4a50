package content

import "time"

// Revision is one accepted change of an entry. All revisions together are the history of the entries and the audit log
// of the site. The copy of the entry after the change is read separately.
type Revision struct {
	ID    string `json:"_id"`
	Entry ID     `json:"entry"`
	Of    Kind   `json:"kind"`
	// Version is the version of the entry after the change.
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Action  Action    `json:"action"`
	// By is who did it; nil for an import.
	By   *Person `json:"by,omitempty"`
	Note string  `json:"note,omitempty"`
	// State is the state of the entry after the change.
	State State `json:"state"`
	// Label is the label of the entry at that time.
	Label Text `json:"label,omitempty"`
	// Request is a digest of the request with an idempotency key; empty without a key.
	Request string `json:"request,omitempty"`
	// Follows says what may still have to be updated after the change; empty if nothing has to be, or if it was done.
	Follows Follows `json:"follows,omitempty"`
}

// Follows says which entries have to be updated after a change of an entry.
type Follows string

// What has to be updated after a change. FollowsItself: the entry copies the values of other entries again.
// FollowsOthers: in addition, the other entries copy the values of this entry again.
const (
	FollowsItself Follows = "ITSELF"
	FollowsOthers Follows = "OTHERS"
)

// RevisionFilter selects revisions.
type RevisionFilter struct {
	Logic[*RevisionFilter]
	Common
	Entry  *IDFilter
	Action *ActionFilter
	By     *StringFilter
	At     *DateTimeFilter
}
