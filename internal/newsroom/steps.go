package newsroom

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sen/internal/content"
)

// next is what a step makes of an entry.
func (d *kindDesk[T, F]) next(ctx context.Context, w *work, before *content.Entry[T], step move) (*content.Entry[T], error) {
	now := w.moment()
	after := *before
	w.learn(content.StageDraft, content.As(before.Draft))
	copied, err := d.clone(before.Draft)
	if err != nil {
		return nil, err
	}
	after.Draft = copied
	after.Version, after.UpdatedAt, after.UpdatedBy = before.Version+1, now, w.actor.Person()
	base := content.As(after.Draft).Common()
	base.ID, base.Version = after.ID, after.Version
	to := step.to
	later := w.At != nil && w.At.After(now)
	if later {
		to = step.later
	}
	switch {
	case w.At == nil:
	case !step.timed:
		w.refuse(content.ProblemInvalid, []string{"at"}, msgPast)
	case !w.At.After(time.Unix(0, 0)): // what readers see has a time behind it
		w.refuse(content.ProblemInvalid, []string{"at"}, msgInvalid)
	case to == content.StateScheduled && before.UnpublishAt != nil && !w.At.Before(*before.UnpublishAt):
		w.refuse(content.ProblemInvalid, []string{"at"}, msgOrder)
	}
	switch w.Action {
	case content.ActionUpdate:
		if err := w.read(ctx, content.As(after.Draft)); err != nil {
			return nil, err
		}
		renamed(content.As(before.Draft).Common(), base, after.PublicSlugs)
		base.UpdatedAt = now
	case content.ActionRestoreRevision:
		if err := d.restored(ctx, w, &after); err != nil || len(w.problems) > 0 {
			return nil, err
		}
	case content.ActionRestore: // what it links to may have been deleted while it was out of sight
		if err := w.prune(ctx, content.As(after.Draft), "id"); err != nil {
			return nil, err
		}
		if err := w.derive(ctx, content.As(after.Draft), content.StageDraft); err != nil {
			return nil, err
		}
	case content.ActionReject:
		if w.why() == "" {
			w.refuse(content.ProblemRequired, []string{"note"}, msgNote)
		}
	case content.ActionCorrect:
		d.corrected(w, &after, now)
	case content.ActionUnpublish:
		switch {
		case later && before.PublishAt != nil && !w.At.After(*before.PublishAt):
			w.refuse(content.ProblemInvalid, []string{"at"}, msgOrder)
		case later:
			after.UnpublishAt, to = w.At, "" // until then nothing changes
		case content.IsNil(before.Live): // nothing can be taken back yet
			w.refuse(content.ProblemRequired, []string{"at"}, msgRequired)
		}
	}
	if to == content.StateScheduled {
		after.PublishAt = w.At
	} else if to != "" && to != before.State {
		after.PublishAt = nil
	}
	switch {
	case to == content.StatePublished:
		if err := d.publish(ctx, w, &after, now); err != nil {
			return nil, err
		}
	case w.Action == content.ActionUnpublish && !later, to == content.StateArchived, to == content.StateTrashed:
		var none T
		after.Live, after.UnpublishAt, after.Previews = none, nil, newMark()
	case w.Action == content.ActionReject && content.IsNil(after.Live):
		after.UnpublishAt = nil // it belonged to the publication that was called off
	}
	after.TrashedAt = nil
	if to == content.StateTrashed {
		after.TrashedAt = &now
	}
	if to != "" {
		after.State = settled(to, !content.IsNil(after.Live))
	}
	switch {
	case to == content.StatePublished:
		w.shown = &showing{content.As(after.Draft), nil}
	case after.State == content.StateScheduled && (to != "" || w.Action == content.ActionUpdate):
		w.shown = &showing{content.As(after.Draft), after.PublishAt}
	}
	return &after, nil
}

// publish shows the working copy to readers.
func (d *kindDesk[T, F]) publish(ctx context.Context, w *work, after *content.Entry[T], now time.Time) error {
	w.whole(content.As(after.Draft))
	base := content.As(after.Draft).Common()
	base.UpdatedAt = now
	onceSeen(base, after.PublicSlugs)
	if base.PublishedAt.IsZero() {
		base.PublishedAt = now
		if w.At != nil { // it is past, or just came
			base.PublishedAt = *w.At
		}
	}
	live, err := d.clone(after.Draft)
	if err != nil {
		return err
	}
	w.ownAddresses(content.As(live))
	w.learn(content.StagePublished, content.As(after.Draft))
	if w.was = nil; !content.IsNil(after.Live) {
		w.was = content.As(after.Live)
		w.learn(content.StagePublished, w.was)
	}
	if err := w.derive(ctx, content.As(live), content.StagePublished); err != nil {
		return err
	}
	after.Live = live
	if !slices.Contains(after.PublicSlugs, base.Slug) {
		after.PublicSlugs = append(slices.Clone(after.PublicSlugs), base.Slug)
	}
	return nil
}

// restored takes the content of a revision as the draft; its name in addresses stays.
func (d *kindDesk[T, F]) restored(ctx context.Context, w *work, after *content.Entry[T]) error {
	old, ok, err := d.RevisionCopy(ctx, after.ID, w.Change.Revision)
	if err != nil {
		return err
	}
	if !ok {
		w.refuse(content.ProblemNotFound, []string{"revision"}, msgNoRevision, w.Change.Revision)
		return nil
	}
	base, present := content.As(old).Common(), content.As(after.Draft).Common()
	*base = content.Base{
		ID: after.ID, Slug: present.Slug, FormerSlugs: present.FormerSlugs, Version: after.Version,
		CreatedAt: present.CreatedAt, UpdatedAt: after.UpdatedAt, PublishedAt: present.PublishedAt,
	}
	after.Draft = old
	complete := newReport(nil)
	check(content.As(old), complete)
	if err := w.prune(ctx, content.As(old), "revision"); err != nil {
		return err
	}
	pruned := newReport(nil)
	if check(content.As(old), pruned); len(pruned.problems) > len(complete.problems) {
		w.refuse(content.ProblemInvalid, []string{"revision"}, msgNothingWithout)
		return nil
	}
	w.reduce(content.As(old), "revision")
	w.ownAddresses(content.As(old))
	return w.derive(ctx, content.As(old), content.StageDraft)
}

// corrected adds a correction that readers see.
func (d *kindDesk[T, F]) corrected(w *work, after *content.Entry[T], now time.Time) {
	if !w.Kind.Descriptor().Corrected {
		w.refuse(content.ProblemIllegalMove, []string{"id"}, msgOnlyArticles)
		return
	}
	note := w.why()
	if note == "" {
		w.refuse(content.ProblemRequired, []string{"note"}, msgNote)
		return
	}
	content.As(after.Draft).Correct(content.Correction{At: now, Note: note})
}

func (d *kindDesk[T, F]) delete(ctx context.Context, w *work, before *content.Entry[T]) error {
	if len(w.problems) > 0 {
		return nil
	}
	if err := d.Delete(ctx, before, w.entry(w.moment())); err != nil {
		return err
	}
	if w.Kind == content.KindMedia {
		return w.store.DeleteFiles(ctx, before.ID)
	}
	return nil
}

// clone copies a copy, so that nothing is shared.
func (d *kindDesk[T, F]) clone(copied T) (T, error) {
	fresh := d.New()
	raw, err := json.Marshal(copied)
	if err == nil {
		err = json.Unmarshal(raw, fresh)
	}
	if err != nil {
		return fresh, fmt.Errorf("copy an entry: %w", err)
	}
	content.As(fresh).Common().ID = content.As(copied).Common().ID
	return fresh, nil
}
