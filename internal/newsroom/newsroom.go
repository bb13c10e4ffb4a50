// Package newsroom has every write: who may do it, whether the move is legal,
// how it is saved, and what follows from it.
package newsroom

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/storage/batch"
)

// Newsroom changes what is in a store.
type Newsroom struct {
	store     *storage.Store
	now       func() time.Time
	log       *slog.Logger
	signer    func(context.Context) (auth.Signer, error)
	publicURL string
	desks     map[content.Kind]desk
	sizes     sizes
}

// Options are what a newsroom works with.
type Options struct {
	// Now tells the time; nil is the store's.
	Now func() time.Time
	Log *slog.Logger
	// Signer gives what signs previews.
	Signer func(context.Context) (auth.Signer, error)
	// PublicURL is where clients reach the program, without a slash at its end.
	PublicURL string
	// SizeBytes is what all sizes of pictures may take in the store; 0 is [DefaultSizeBytes].
	SizeBytes int64
}

// New makes a newsroom for a store.
func New(store *storage.Store, o Options) *Newsroom {
	now := o.Now
	if now == nil {
		now = store.Now
	}
	n := &Newsroom{store: store, log: o.Log, signer: o.Signer, publicURL: o.PublicURL, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
	n.sizes.bound = cmp.Or(o.SizeBytes, DefaultSizeBytes)
	n.desks = map[content.Kind]desk{}
	for _, d := range desks(n) {
		n.desks[d.Kind()] = d
	}
	content.Complete(func(k content.Kind) bool { return n.desks[k] != nil }, "internal/newsroom/kinds_gen.go, by `make gen`")
	return n
}

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

// Do makes a change. Who may not is answered UNAUTHENTICATED or FORBIDDEN; what is wrong
// with the change itself stands in the outcome, all of it, in the language of the
// context's chain, and nothing is written then.
func (n *Newsroom) Do(ctx context.Context, chain []content.Locale, c Change) (*Outcome, error) {
	actor := auth.ActorOf(ctx)
	report := newReport(chain)
	if c.Action != content.ActionCreate {
		kind, ok := c.ID.Kind()
		if !ok || c.Kind != "" && kind != c.Kind {
			if err := Permit(actor, c.Action, c.Kind); err != nil {
				return nil, err
			}
			report.refuse(content.ProblemNotFound, []string{"id"}, msgNotFound, c.ID)
			return &Outcome{Problems: report.problems}, nil
		}
		c.Kind = kind
	}
	if err := Permit(actor, c.Action, c.Kind); err != nil {
		return nil, err
	}
	d := n.desks[c.Kind]
	if d == nil {
		return nil, content.Errorf(content.CodeBadUserInput, "Give exactly one kind of content.")
	}
	if n := utf8.RuneCountInString(c.Key); n > maxKey {
		report.refuse(content.ProblemTooLong, []string{"idempotencyKey"}, msgTooLong, n, maxKey)
		return &Outcome{Problems: report.problems}, nil
	}
	w := &work{Newsroom: n, Change: c, actor: actor, chain: chain, report: report}
	if err := w.begin(); err != nil {
		return nil, err
	}
	if c.Key != "" {
		if done, err := w.replay(ctx, d); done != nil || err != nil {
			return done, err
		}
	}
	outcome, err := d.do(ctx, w)
	if err != nil {
		return nil, err
	}
	outcome.Problems, outcome.Notices = report.problems, report.notices
	return outcome, nil
}

// work is one change under way.
type work struct {
	*Newsroom
	Change
	*report
	actor *content.Actor
	chain []content.Locale
	// revision is the id of the revision that the change is to become, and digest tells
	// what was asked under an idempotency key.
	revision, digest string
	// begun is when the attempt began that this one goes on with; zero if there is none.
	begun time.Time
	// there are the entries that were read because the change depends on them, nil for what is not there.
	there map[content.ID]storage.Linked
	// above are parents of entries that were not read, by a stage, as others tell of them.
	above map[content.Stage]map[content.ID]content.Content
	// was is the copy before the change of which what others give is worked out anew; nil for none.
	was content.Content
	// shown tells that readers come to see the copy, or will from a time on.
	shown *showing
}

// moment is when the change happens.
func (w *work) moment() time.Time {
	if !w.begun.IsZero() {
		return w.begun
	}
	return w.now()
}

// newID is the id of the entry that the change makes. Under an idempotency key it is the same at each attempt, so that what an
// attempt left behind is the next one's.
func (w *work) newID(now time.Time) content.ID {
	if w.Key == "" {
		return content.NewID(w.Kind, now)
	}
	return content.DerivedID(w.Kind, w.revision)
}

// begin names the revision. Under an idempotency key it is the same at each attempt, and so
// the revision is the receipt.
func (w *work) begin() error {
	if w.Key == "" {
		w.revision = "rev_" + strings.ToLower(rand.Text())
		return nil
	}
	parts := []any{w.Action, w.Kind, w.ID, w.Version, w.Input, w.Locale, w.Note, w.At, w.Change.Revision}
	if len(w.With) > 0 {
		parts = append(parts, w.With)
	}
	asked, err := json.Marshal(parts)
	if err != nil {
		return fmt.Errorf("digest a change: %w", err)
	}
	sum := sha256.Sum256(asked)
	w.digest = hex.EncodeToString(sum[:16])
	key := w.actor.ID + "\x00" + w.Key
	if w.Item > 0 {
		key += "\x00" + strconv.Itoa(w.Item)
	}
	sum = sha256.Sum256([]byte(key))
	w.revision = "key_" + hex.EncodeToString(sum[:20])
	return nil
}

// replay answers a change that came before under the same idempotency key, once what follows from it is done; nil when none did.
// One that came to nothing, or is on its way, is gone on with.
func (w *work) replay(ctx context.Context, d desk) (*Outcome, error) {
	r, ok, err := w.store.Receipt(ctx, w.revision)
	if err != nil || !ok {
		return nil, err
	}
	if r.Request != w.digest {
		w.refuse(content.ProblemInvalid, []string{"idempotencyKey"}, msgOtherRequest)
		return &Outcome{Problems: w.problems}, nil
	}
	if !r.Committed && !r.Unchanged {
		goOn, err := w.store.Adopt(ctx, &r.Revision, w.now())
		if w.begun = (time.Time{}); goOn {
			w.begun = r.At
		}
		return nil, err
	}
	if r.Follows != "" {
		if _, err := batch.Join(ctx, "finish", &r.Revision, w.finish); err != nil {
			return nil, err
		}
	}
	shown, err := d.at(ctx, &r.Revision)
	return &Outcome{Content: shown, ID: r.Entry}, err
}

// entry is the revision that a change becomes.
func (w *work) entry(at time.Time) content.Revision {
	return content.Revision{
		ID: w.revision, At: at, Action: w.Action, By: w.actor.Person(), Note: w.why(), Request: w.digest,
	}
}

// why is the note as it is kept. What is wrong with it is reported.
func (w *work) why() string {
	r := &reader{report: w.report}
	return r.clean(strings.TrimSpace(w.Note), "text", []string{"note"})
}
