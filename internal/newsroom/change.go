package newsroom

import (
	"time"

	"sen/internal/content"
	"sen/internal/messages"
)

// Change is what an actor asks for: one action on one entry.
type Change struct {
	Action content.Action
	// Kind is of a new entry; that of others stands in their ID.
	Kind content.Kind
	ID   content.ID
	// Version is the one that the actor has seen.
	Version int
	Input   Input
	// Locale is the language of texts that name none.
	Locale content.Locale
	// Note says why, for those actions that want it.
	Note string
	// At is when it is to happen; nil is at once.
	At *time.Time
	// Revision is the version whose content is restored.
	Revision int
	// With are entries that are published with it, before it, and at the same time.
	With []content.ID
	// Merge joins the change with those that came in between, where they touch other fields.
	Merge bool
	// Key makes a repetition answer what the first attempt did; empty for none. Item tells those apart that
	// came under one key: from 1, and 0 for one that came alone.
	Key  string
	Item int
	// prepare fills a new copy with what no input has; nil for nothing.
	prepare func(content.Content)
	// together are the entries in whose company it is published.
	together []content.ID
}

// Outcome is what became of a change.
type Outcome struct {
	// Content is the working copy afterwards; nil when nothing was written, or when it is gone.
	Content content.Content
	// ID is the entry's, also when it is gone.
	ID content.ID
	// Problems are what is wrong; with any, nothing was written.
	Problems []content.Problem
	// Notices tell what was written otherwise than it was sent.
	Notices  []content.Problem
	Conflict *Conflict
}

// Conflict tells what a stale change ran into.
type Conflict struct {
	// Version is the entry's present one, Seen the one that the actor had seen.
	Version, Seen int
	// ID is the entry's; empty for the site's settings.
	ID content.ID
}

// ErrNotReached ends a change of many whose time was over before it was begun.
var ErrNotReached = messages.Failed(content.CodeUnavailable, messages.NotReached)

// Refused turns an error that ended one change of many into its outcome, in the language of the chain, so that the
// others can go on. An error that concerns all of them stays an error.
func Refused(chain []content.Locale, err error) (*Outcome, error) {
	problem, ok := messages.Problem(chain, err)
	if !ok {
		return nil, err
	}
	return &Outcome{Problems: []content.Problem{problem}}, nil
}
