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

// work is the execution of one change.
type work struct {
	room *Newsroom
	// of is the collection of the change's kind; nil when the site's settings are changed.
	of     entries.Collection
	change Change
	report *messages.Report
	actor  *content.Actor
	chain  []content.Locale
	// revision is the id of the revision that the change creates. digest is a hash of the request; it is set with an
	// idempotency key only.
	revision, digest string
	// begun is the start time of the earlier attempt that this one continues; zero if there is none.
	begun time.Time
	// loaded caches the entries that were read because the change depends on them. An entry that does not exist has an
	// empty value.
	loaded map[content.ID]storage.Linked
	// inferred has ancestors that were not read, by stage. Their values come from the copies that took them over.
	inferred map[content.Stage]map[content.ID]content.Content
	// previous is the copy before the change whose derived fields are computed again; nil if there is none.
	previous content.Content
	// visible is the copy that readers will see, now or from a time on; nil if readers see no new copy.
	visible *visibleCopy
}

// startTime returns the time of the change.
func (w *work) startTime() time.Time {
	if !w.begun.IsZero() {
		return w.begun
	}
	return w.room.now()
}

// newID returns the id of a new entry. With an idempotency key, every attempt gets the same id, so that an attempt
// finds what an earlier one left behind.
func (w *work) newID(now time.Time) content.ID {
	if w.change.Key == "" {
		return content.NewID(w.change.Kind, now)
	}
	return content.DerivedID(w.change.Kind, w.revision)
}

// chooseRevision chooses the id of the revision. With an idempotency key, every attempt gets the same id, so that the
// revision serves as the receipt.
func (w *work) chooseRevision() error {
	if w.change.Key == "" {
		w.revision = "rev_" + strings.ToLower(rand.Text())
		return nil
	}
	parts := []any{
		w.change.Action, w.change.Kind, w.change.ID, w.change.Version, w.change.Input, w.change.Locale,
		w.change.Note, w.change.At, w.change.Revision,
	}
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

// replay returns the outcome of an earlier change with the same idempotency key, after it has updated the derived
// fields that depend on it. It returns false when there is no such change. An earlier attempt that failed or has not
// ended is continued.
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

// newRevision returns the revision that the change creates.
func (w *work) newRevision(at time.Time) content.Revision {
	return content.Revision{
		ID: w.revision, At: at, Action: w.change.Action, By: w.actor.Person(), Note: w.note(), Request: w.digest,
	}
}

// note returns the cleaned note of the change, and reports what is wrong with it.
func (w *work) note() string {
	r := &reader{report: w.report}
	return r.clean(strings.TrimSpace(w.change.Note), "text", []string{"note"})
}

// attempts is how often a change is tried at most when other changes come first.
const attempts = 10

// visibleCopy is a copy that readers will see: from a time on, or now if from is nil.
type visibleCopy struct {
	content.Content
	from *time.Time
}
