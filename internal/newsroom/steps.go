package newsroom

import (
	"context"
	"slices"
	"time"

	"sen/internal/content"
	"sen/internal/entries"
	"sen/internal/messages"
	"sen/internal/people"
)

// step is the execution of one move of the workflow.
type step struct {
	before, after *entries.Entry
	// to is the state after the move; "" keeps the present state.
	to content.State
	// later says that the change gives a future time.
	later bool
	// now is the time of the change.
	now time.Time
}

// effects has what an action does to the entry in addition to the change of its state (see moves).
var effects = map[content.Action]func(*work, context.Context, *step) error{
	content.ActionUpdate:          (*work).update,
	content.ActionRestoreRevision: (*work).restoreRevision,
	content.ActionRestore:         (*work).restore,
	content.ActionReject:          (*work).reject,
	content.ActionCorrect:         (*work).correct,
	content.ActionUnpublish:       (*work).unpublish,
}

// next returns the entry after a move. It reports every problem that prevents the move.
func (w *work) next(ctx context.Context, before *entries.Entry, m move) (*entries.Entry, error) {
	after := *before
	s := &step{before: before, after: &after, to: m.to, now: w.startTime()}
	if s.later = w.change.At != nil && w.change.At.After(s.now); s.later {
		s.to = m.later
	}
	w.remember(content.StageDraft, before.Draft)
	after.Draft = content.Clone(before.Draft)
	after.Version, after.UpdatedAt, after.UpdatedBy = before.Version+1, s.now, w.actor.Person()
	after.Draft.Common().Version = after.Version
	w.checkTime(s, m)
	if effect := effects[w.change.Action]; effect != nil {
		if err := effect(w, ctx, s); err != nil {
			return nil, err
		}
	}
	if s.to == content.StateScheduled {
		after.PublishAt = w.change.At
	} else if s.to != "" && s.to != before.State {
		after.PublishAt = nil
	}
	if m.withdraws && !s.later {
		after.Live, after.UnpublishAt, after.Previews = nil, nil, people.NewMark()
	}
	if s.to == content.StatePublished {
		if err := w.publish(ctx, s); err != nil {
			return nil, err
		}
	}
	after.TrashedAt = nil
	if s.to == content.StateTrashed {
		after.TrashedAt = &s.now
	}
	if s.to != "" {
		after.State = effectiveState(s.to, after.Live != nil)
	}
	switch {
	case s.to == content.StatePublished:
		w.visible = &visibleCopy{after.Draft, nil}
	case after.State == content.StateScheduled && (s.to != "" || w.change.Action == content.ActionUpdate):
		w.visible = &visibleCopy{after.Draft, after.PublishAt}
	}
	return &after, nil
}

// checkTime refuses a time at which the move can't happen.
func (w *work) checkTime(s *step, m move) {
	at := []string{"at"}
	switch {
	case w.change.At == nil:
	case !m.timed:
		w.report.Refuse(content.ProblemInvalid, at, messages.Past)
	case !w.change.At.After(time.Unix(0, 0)): // a published time is after the Unix epoch
		w.report.Refuse(content.ProblemInvalid, at, messages.Invalid)
	case s.to == content.StateScheduled && s.before.UnpublishAt != nil && !w.change.At.Before(*s.before.UnpublishAt):
		w.report.Refuse(content.ProblemInvalid, at, messages.Order)
	}
}

// update applies the input to the working copy.
func (w *work) update(ctx context.Context, s *step) error {
	if err := w.read(ctx, s.after.Draft); err != nil {
		return err
	}
	keepFormerSlug(s.before.Draft.Common(), s.after.Draft.Common(), s.after.PublicSlugs)
	s.after.Draft.Common().UpdatedAt = s.now
	return nil
}

// restoreRevision replaces the working copy by the content of a revision. The slug stays.
func (w *work) restoreRevision(ctx context.Context, s *step) error {
	after := s.after
	old, ok, err := w.of.Revision(ctx, after.ID, w.change.Revision)
	if err != nil {
		return err
	}
	if !ok {
		w.report.Refuse(content.ProblemNotFound, []string{"revision"}, messages.NoRevision, w.change.Revision)
		return nil
	}
	base, present := old.Common(), after.Draft.Common()
	*base = content.Base{
		ID: after.ID, Slug: present.Slug, FormerSlugs: present.FormerSlugs, Version: after.Version,
		CreatedAt: present.CreatedAt, UpdatedAt: after.UpdatedAt, PublishedAt: present.PublishedAt,
	}
	after.Draft = old
	complete := messages.New(nil)
	check(old, complete)
	if err := w.pruneLinks(ctx, old, "revision"); err != nil {
		return err
	}
	pruned := messages.New(nil)
	if check(old, pruned); len(pruned.Problems) > len(complete.Problems) {
		w.report.Refuse(content.ProblemInvalid, []string{"revision"}, messages.NothingWithout)
		return nil
	}
	w.dedupeRelations(old, "revision")
	w.ownAddresses(old)
	return w.derive(ctx, old, content.StageDraft)
}

// restore removes links to entries that were deleted in the meantime from the working copy.
func (w *work) restore(ctx context.Context, s *step) error {
	if err := w.pruneLinks(ctx, s.after.Draft, "id"); err != nil {
		return err
	}
	return w.derive(ctx, s.after.Draft, content.StageDraft)
}

// reject requires a note. If the entry is not published, it also cancels a scheduled end of publication.
func (w *work) reject(_ context.Context, s *step) error {
	if w.note() == "" {
		w.report.Refuse(content.ProblemRequired, []string{"note"}, messages.Note)
	}
	if s.after.Live == nil {
		s.after.UnpublishAt = nil
	}
	return nil
}

// correct adds a correction that readers see.
func (w *work) correct(_ context.Context, s *step) error {
	if !w.change.Kind.Descriptor().Corrected {
		w.report.Refuse(content.ProblemIllegalMove, []string{"id"}, messages.OnlyArticles)
		return nil
	}
	note := w.note()
	if note == "" {
		w.report.Refuse(content.ProblemRequired, []string{"note"}, messages.Note)
		return nil
	}
	s.after.Draft.Correct(content.Correction{At: s.now, Note: note})
	return nil
}

// unpublish schedules the end of publication when the change gives a future time. Until then nothing changes.
func (w *work) unpublish(_ context.Context, s *step) error {
	switch {
	case s.later && s.before.PublishAt != nil && !w.change.At.After(*s.before.PublishAt):
		w.report.Refuse(content.ProblemInvalid, []string{"at"}, messages.Order)
	case s.later:
		s.after.UnpublishAt, s.to = w.change.At, ""
	case s.before.Live == nil: // the entry is not published yet
		w.report.Refuse(content.ProblemRequired, []string{"at"}, messages.Required)
	}
	return nil
}

// publish makes the working copy visible to readers.
func (w *work) publish(ctx context.Context, s *step) error {
	after := s.after
	w.checkComplete(after.Draft)
	base := after.Draft.Common()
	base.UpdatedAt = s.now
	dropUnseenSlugs(base, after.PublicSlugs)
	if base.PublishedAt.IsZero() {
		base.PublishedAt = s.now
		if w.change.At != nil { // a past time, or a scheduled time that has come
			base.PublishedAt = *w.change.At
		}
	}
	live := content.Clone(after.Draft)
	w.ownAddresses(live)
	w.remember(content.StagePublished, after.Draft)
	if w.previous = after.Live; w.previous != nil {
		w.remember(content.StagePublished, w.previous)
	}
	if err := w.derive(ctx, live, content.StagePublished); err != nil {
		return err
	}
	after.Live = live
	if !slices.Contains(after.PublicSlugs, base.Slug) {
		after.PublicSlugs = append(slices.Clone(after.PublicSlugs), base.Slug)
	}
	return nil
}
