package newsroom

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/messages"
	"sen/internal/storage"
	"sen/internal/storage/batch"
)

// work is one change under way.
type work struct {
	room *Newsroom
	// of has the entries of the change's kind; nil for the settings.
	of     entries.Collection
	change Change
	report *messages.Report
	actor  *content.Actor
	chain  []content.Locale
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
	return w.room.now()
}

// newID is the id of the entry that the change makes. Under an idempotency key it is the same at each attempt, so that
// what an attempt left behind is the next one's.
func (w *work) newID(now time.Time) content.ID {
	if w.change.Key == "" {
		return content.NewID(w.change.Kind, now)
	}
	return content.DerivedID(w.change.Kind, w.revision)
}

// begin names the revision. Under an idempotency key it is the same at each attempt, and so
// the revision is the receipt.
func (w *work) begin() error {
	if w.change.Key == "" {
		w.revision = "rev_" + strings.ToLower(rand.Text())
		return nil
	}
	parts := []any{w.change.Action, w.change.Kind, w.change.ID, w.change.Version, w.change.Input, w.change.Locale, w.change.Note, w.change.At, w.change.Revision}
	if len(w.change.With) > 0 {
		parts = append(parts, w.change.With)
	}
	asked, err := json.Marshal(parts)
	if err != nil {
		return fmt.Errorf("digest a change: %w", err)
	}
	sum := sha256.Sum256(asked)
	w.digest = hex.EncodeToString(sum[:16])
	key := w.actor.ID + "\x00" + w.change.Key
	if w.change.Item > 0 {
		key += "\x00" + strconv.Itoa(w.change.Item)
	}
	sum = sha256.Sum256([]byte(key))
	w.revision = "key_" + hex.EncodeToString(sum[:20])
	return nil
}

// replay answers a change that came before under the same idempotency key, once what follows from it is done; false
// when none did. An attempt that came to nothing, or that is under way, is continued.
func (w *work) replay(ctx context.Context) (*Outcome, bool, error) {
	r, ok, err := w.room.store.Receipt(ctx, w.revision)
	if err != nil || !ok {
		return nil, false, err
	}
	if r.Request != w.digest {
		w.report.Refuse(content.ProblemInvalid, []string{"idempotencyKey"}, messages.OtherRequest)
		return &Outcome{Problems: w.report.Problems}, true, nil
	}
	if !r.Committed && !r.Unchanged {
		goOn, err := w.room.store.Adopt(ctx, &r.Revision, w.room.now())
		if w.begun = (time.Time{}); goOn {
			w.begun = r.At
		}
		return nil, false, err
	}
	if r.Follows != "" {
		if _, err := batch.Join(ctx, "finish", &r.Revision, w.room.derived.FinishAll); err != nil {
			return nil, false, err
		}
	}
	shown, _, err := w.room.revision(ctx, w.change.Kind, &r.Revision)
	return &Outcome{Content: shown, ID: r.Entry}, true, err
}

// entry is the revision that a change becomes.
func (w *work) entry(at time.Time) content.Revision {
	return content.Revision{
		ID: w.revision, At: at, Action: w.change.Action, By: w.actor.Person(), Note: w.why(), Request: w.digest,
	}
}

// why is the note as it is kept. What is wrong with it is reported.
func (w *work) why() string {
	r := &reader{report: w.report}
	return r.clean(strings.TrimSpace(w.change.Note), "text", []string{"note"})
}

// attempts bounds how often a change begins anew because another came first.
const attempts = 10

// showing is a copy that readers come to see, at once or from a time on.
type showing struct {
	content.Content
	from *time.Time
}
