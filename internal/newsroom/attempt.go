package newsroom

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/engine"
	"sen/internal/entries"
	"sen/internal/messages"
	"sen/internal/people"
	"sen/internal/storage"
	"sen/internal/storage/batch"
)

// do makes the change. It tries again when another change came first.
func (w *work) do(ctx context.Context) (*Outcome, error) {
	for n := range attempts {
		began := time.Now()
		outcome, err := w.attempt(ctx)
		var taken *storage.SlugTakenError
		switch {
		case errors.Is(err, storage.ErrStale), errors.Is(err, storage.ErrAttempted), err == nil && outcome.Conflict != nil:
			if w.change.Key != "" { // the other one may be a concurrent attempt of this change
				if done, ok, err := w.replay(ctx); ok || err != nil {
					return done, err
				}
			}
			if err == nil {
				return outcome, nil
			}
			if end, ends := ctx.Deadline(); ends && time.Until(end) < 2*time.Since(began) {
				return nil, messages.Failed(content.CodeConflict, messages.Busy) // there is no time for another attempt
			}
			if err := backOff(ctx, n); err != nil {
				return nil, engine.Late(err)
			}
			continue
		case errors.As(err, &taken):
			w.report.Refuse(content.ProblemTaken, []string{"input", "slug"}, messages.Taken, taken.Slug)
			return &Outcome{}, nil
		}
		return outcome, err
	}
	return nil, messages.Failed(content.CodeConflict, messages.Busy)
}

// backOff waits a random time before the next attempt. The wait grows with each attempt, so that conflicting changes
// don't collide again and again.
func backOff(ctx context.Context, attempt int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rand.N(4 * time.Millisecond << min(attempt, 6))):
		return nil
	}
}

// attempt tries the change once. If the report has problems, nothing was written.
func (w *work) attempt(ctx context.Context) (*Outcome, error) {
	w.report.Problems, w.report.Notices = nil, nil
	w.loaded, w.inferred, w.previous, w.visible = nil, nil, nil, nil
	w.note()
	if w.change.Action == content.ActionCreate {
		return w.create(ctx)
	}
	before, ok, err := w.of.Entry(ctx, w.change.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		w.report.Refuse(content.ProblemNotFound, []string{"id"}, messages.NotFound, w.change.ID)
		return &Outcome{}, nil
	}
	if before.Head == w.revision { // another attempt of the same change came first
		return nil, storage.ErrAttempted
	}
	if !people.MayTo(w.actor, w.change.Action, w.change.Kind, &before.Editing) {
		return nil, people.Forbidden(w.change.Action)
	}
	if w.change.Version == 0 && w.change.Action == content.ActionRestoreRevision {
		w.change.Version = before.Version
	}
	if before.Version != w.change.Version {
		if joins, err := w.canMerge(ctx, before); err != nil {
			return nil, err
		} else if !joins {
			w.report.Refuse(content.ProblemConflict, []string{"version"}, messages.Stale, before.Version, w.change.Version)
			return &Outcome{Conflict: &Conflict{Version: before.Version, Seen: w.change.Version, ID: w.change.ID}}, nil
		}
	}
	m, ok := findMove(w.change.Action, &before.Editing)
	if !ok {
		w.report.Refuse(content.ProblemIllegalMove, []string{"id"}, messages.IllegalMove, w.change.Action, before.State)
		return &Outcome{}, nil
	}
	if w.change.Action == content.ActionTrash && w.change.Kind == content.KindMedia ||
		w.change.Action == content.ActionDeleteForever {
		if used, err := w.usedElsewhere(ctx, w.change.ID); used || err != nil {
			return &Outcome{}, err
		}
	}
	if w.change.Action == content.ActionDeleteForever {
		return &Outcome{ID: before.ID}, w.delete(ctx, before)
	}
	return w.save(ctx, before, m)
}

// save makes a change that is a move of the workflow.
func (w *work) save(ctx context.Context, before *entries.Entry, m move) (*Outcome, error) {
	w.previous = before.Draft
	after, err := w.next(ctx, before, m)
	if err != nil || len(w.report.Problems) > 0 {
		return &Outcome{}, err
	}
	if same, err := w.unchanged(ctx, before, after); same || err != nil {
		return outcomeOf(before), errors.Join(err, w.noticeHidden(ctx))
	}
	if err := w.publishWith(ctx); err != nil || len(w.report.Problems) > 0 {
		return &Outcome{}, err
	}
	r := w.newRevision(after.UpdatedAt)
	r.Follows = derive.Follows(before, after)
	if err := w.of.Save(ctx, before, after, r, w.room.now()); err != nil {
		return nil, err
	}
	return w.saved(ctx, before, after)
}

// delete removes an entry permanently.
func (w *work) delete(ctx context.Context, before *entries.Entry) error {
	if _, err := w.checkWith(ctx); err != nil || len(w.report.Problems) > 0 {
		return err
	}
	if err := w.of.Delete(ctx, before, w.newRevision(w.startTime())); err != nil {
		return err
	}
	if w.change.Kind == content.KindMedia {
		return w.room.store.DeleteFiles(ctx, before.ID)
	}
	return nil
}

// followTime is the longest time for updating derived fields after a change. It applies also when the client has
// disconnected.
const followTime = 30 * time.Second

// saved updates the derived fields that depend on a saved change, and returns the outcome.
func (w *work) saved(ctx context.Context, before, after *entries.Entry) (*Outcome, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), followTime)
	defer cancel()
	if err := w.catchUp(ctx, before, after); err != nil {
		return nil, err
	}
	if stages := derive.ChangedAt(before, after); len(stages) > 0 {
		source := derive.Source{ID: after.ID, Revision: w.revision, Stages: stages}
		if _, err := batch.Join(ctx, "follow", source, w.room.derived.UpdateOthers); err != nil {
			return nil, err
		}
	}
	return outcomeOf(after), w.noticeHidden(ctx)
}

// outcomeOf returns the outcome that shows an entry.
func outcomeOf(e *entries.Entry) *Outcome {
	base := e.Draft.Common()
	e.LiveVersion = 0
	if e.Live != nil {
		e.LiveVersion = e.Live.Common().Version
	}
	base.ID, base.Editing, e.Editing.ID = e.ID, &e.Editing, e.ID
	return &Outcome{Content: e.Draft, ID: e.ID}
}

// unchanged reports whether a save would change nothing. Then nothing is written: no version, no revision and no move.
// With an idempotency key, it stores a receipt in place of the revision.
func (w *work) unchanged(ctx context.Context, before, after *entries.Entry) (bool, error) {
	if w.change.Action != content.ActionUpdate && w.change.Action != content.ActionRestoreRevision {
		return false, nil
	}
	changes, err := content.Diff(before.Draft, after.Draft)
	if len(changes) > 0 || err != nil {
		return false, err
	}
	if w.change.Key == "" {
		return true, nil
	}
	r := w.newRevision(w.startTime())
	r.Entry, r.Of, r.Version, r.State = before.ID, w.change.Kind, before.Version, before.State
	return true, w.room.store.KeepReceipt(ctx, r)
}

// create makes a new entry. If a slug made from the title is taken, another one is tried; a slug that the editor chose
// is refused.
func (w *work) create(ctx context.Context) (*Outcome, error) {
	now := w.startTime()
	after := &entries.Entry{
		ID: w.newID(now), Version: 1, Draft: w.change.Kind.Descriptor().New(), CreatedAt: now,
		UpdatedAt: now,
	}
	after.State, after.CreatedBy, after.UpdatedBy = content.StateDraft, w.actor.Person(), w.actor.Person()
	base := after.Draft.Common()
	base.ID, base.Version, base.CreatedAt, base.UpdatedAt = after.ID, 1, now, now
	if w.change.prepare != nil {
		w.change.prepare(after.Draft)
		after.ID = base.ID
	}
	after.Draft.SetDefaults(w.room.store.Site())
	if err := w.read(ctx, after.Draft); err != nil {
		return nil, err
	}
	made := base.Slug == ""
	stem := w.slugFromLabel(after.Draft)
	if made {
		base.Slug = stem
	}
	if len(w.report.Problems) > 0 {
		return &Outcome{}, nil
	}
	for try := 2; ; try++ {
		r := w.newRevision(now)
		r.Follows = derive.Follows(nil, after)
		err := w.of.Save(ctx, nil, after, r, w.room.now())
		if taken := new(storage.SlugTakenError); made && errors.As(err, &taken) && try < 100 {
			base.Slug = fmt.Sprintf("%s-%d", stem, try)
			if try > 5 { // many entries have this name: use a random suffix instead of counting
				base.Slug = stem + "-" + strings.ToLower(string(content.NewID(w.change.Kind, now))[len(after.ID)-6:])
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		return w.saved(ctx, nil, after)
	}
}
