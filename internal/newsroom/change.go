package newsroom

import (
	"time"

	"sen/internal/content"
	"sen/internal/messages"
)

// Change is a request of an actor: one action on one entry.
type Change struct {
	Action content.Action
	// Kind is the kind of a new entry. For an existing entry, its ID contains the kind.
	Kind content.Kind
	ID   content.ID
	// Version is the version that the actor has seen.
	Version int
	Input   Input
	// Locale is the language of the texts that give no language.
	Locale content.Locale
	// Note is the reason for the change. Some actions require it.
	Note string
	// At is the time at which the change is to happen; nil means now.
	At *time.Time
	// Revision is the version whose content ActionRestoreRevision restores.
	Revision int
	// With lists entries that are published together with this one. They are published before it, and for the same
	// time.
	With []content.ID
	// Merge combines the change with newer changes, if those changed other fields.
	Merge bool
	// Key is the idempotency key: a repeated change with the same key returns the result of the first attempt. Empty
	// means none. Item distinguishes the changes of one request that share a key: it counts from 1, and is 0 for a
	// single change.
	Key  string
	Item int
	// prepare sets fields of a new copy that no input can set; nil sets nothing.
	prepare func(content.Content)
	// together lists the entries that are published in the same request.
	together []content.ID
}

// Outcome is the result of a change.
type Outcome struct {
	// Content is the working copy after the change. It is nil when nothing was written, or when the entry was deleted.
	Content content.Content
	// ID is the id of the entry, also when the entry was deleted.
	ID content.ID
	// Problems lists what is wrong. If there are any, nothing was written.
	Problems []content.Problem
	// Notices lists what was written differently from what was sent.
	Notices  []content.Problem
	Conflict *Conflict
}

// Conflict describes why a stale change was refused.
type Conflict struct {
	// Version is the present version of the entry; Seen is the version that the actor had seen.
	Version, Seen int
	// ID is the id of the entry; empty for the site's settings.
	ID content.ID
}

// ErrNotReached is the error of a change in a batch when the request's time ended before the change began.
var ErrNotReached = messages.Failed(content.CodeUnavailable, messages.NotReached)

// Refused converts the error of one change in a batch to its outcome, in the language of the chain, so that the other
// changes continue. It returns the error unchanged when the error concerns all changes of the batch.
func Refused(chain []content.Locale, err error) (*Outcome, error) {
	problem, ok := messages.Problem(chain, err)
	if !ok {
		return nil, err
	}
	return &Outcome{Problems: []content.Problem{problem}}, nil
}
