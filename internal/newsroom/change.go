package newsroom

import (
	"context"
	"time"
	"unicode/utf8"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/people"
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

// maxKey is the longest idempotency key in characters.
const maxKey = 200

// Do makes a change. It answers UNAUTHENTICATED or FORBIDDEN where the actor may not make it. Everything that is wrong with
// the change itself is in the outcome, in the first language of the chain; then nothing is written.
func (n *Newsroom) Do(ctx context.Context, chain []content.Locale, c Change) (*Outcome, error) {
	actor := auth.ActorOf(ctx)
	report := messages.New(chain)
	if c.Action != content.ActionCreate {
		kind, ok := c.ID.Kind()
		if !ok || c.Kind != "" && kind != c.Kind {
			if err := people.Permit(actor, c.Action, c.Kind); err != nil {
				return nil, err
			}
			report.Refuse(content.ProblemNotFound, []string{"id"}, messages.NotFound, c.ID)
			return &Outcome{Problems: report.Problems}, nil
		}
		c.Kind = kind
	}
	if err := people.Permit(actor, c.Action, c.Kind); err != nil {
		return nil, err
	}
	of := n.kinds[c.Kind]
	if of == nil {
		return nil, content.Errorf(content.CodeBadUserInput, "Give exactly one kind of content.")
	}
	if n := utf8.RuneCountInString(c.Key); n > maxKey {
		report.Refuse(content.ProblemTooLong, []string{"idempotencyKey"}, messages.TooLong, n, maxKey)
		return &Outcome{Problems: report.Problems}, nil
	}
	w := &work{room: n, of: of, change: c, actor: actor, chain: chain, report: report}
	if err := w.begin(); err != nil {
		return nil, err
	}
	if c.Key != "" {
		if done, ok, err := w.replay(ctx); ok || err != nil {
			return done, err
		}
	}
	outcome, err := w.do(ctx)
	if err != nil {
		return nil, err
	}
	outcome.Problems, outcome.Notices = report.Problems, report.Notices
	return outcome, nil
}

// ErrNotReached ends a change of many whose time was over before it was begun.
var ErrNotReached = messages.Failed(content.CodeUnavailable, messages.NotReached)

// Refused turns an error that ended one change of many into its outcome, in the language of the chain, so that the others
// can go on. An error that concerns all of them stays an error.
func Refused(chain []content.Locale, err error) (*Outcome, error) {
	problem, ok := messages.Problem(chain, err)
	if !ok {
		return nil, err
	}
	return &Outcome{Problems: []content.Problem{problem}}, nil
}
