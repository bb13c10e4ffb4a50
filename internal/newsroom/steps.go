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

// step is a move of the workflow that is being made of an entry.
type step struct {
	before, after *entries.Entry
	// to is the state that it leads to; "" leaves the state as it is.
	to content.State
	// later tells that a time to come was given.
	later bool
	// now is when it is made.
	now time.Time
}

// effects say what an action does to the entry, beside the state that the move leads to (see moves).
var effects = map[content.Action]func(*work, context.Context, *step) error{
	content.ActionUpdate:          (*work).update,
	content.ActionRestoreRevision: (*work).restoreRevision,
	content.ActionRestore:         (*work).restore,
	content.ActionReject:          (*work).reject,
	content.ActionCorrect:         (*work).correct,
	content.ActionUnpublish:       (*work).unpublish,
}

// next is what a move makes of an entry. What keeps it from being made is reported.
func (w *work) next(ctx context.Context, before *entries.Entry, m move) (*entries.Entry, error) {
	after := *before
	s := &step{before: before, after: &after, to: m.to, now: w.moment()}
	if s.later = w.change.At != nil && w.change.At.After(s.now); s.later {
		s.to = m.later
	}
	w.learn(content.StageDraft, before.Draft)
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
		after.State = settled(s.to, after.Live != nil)
	}
	switch {
	case s.to == content.StatePublished:
		w.shown = &showing{after.Draft, nil}
	case after.State == content.StateScheduled && (s.to != "" || w.change.Action == content.ActionUpdate):
		w.shown = &showing{after.Draft, after.PublishAt}
	}
	return &after, nil
}

// checkTime refuses a time at which the move can't be made.
func (w *work) checkTime(s *step, m move) {
	at := []string{"at"}
	switch {
	case w.change.At == nil:
	case !m.timed:
		w.report.Refuse(content.ProblemInvalid, at, messages.Past)
	case !w.change.At.After(time.Unix(0, 0)): // what readers see has a time behind it
		w.report.Refuse(content.ProblemInvalid, at, messages.Invalid)
	case s.to == content.StateScheduled && s.before.UnpublishAt != nil && !w.change.At.Before(*s.before.UnpublishAt):
		w.report.Refuse(content.ProblemInvalid, at, messages.Order)
	}
}

// update changes the working copy by the input.
func (w *work) update(ctx context.Context, s *step) error {
	if err := w.read(ctx, s.after.Draft); err != nil {
		return err
	}
	renamed(s.before.Draft.Common(), s.after.Draft.Common(), s.after.PublicSlugs)
	s.after.Draft.Common().UpdatedAt = s.now
	return nil
}

// restoreRevision takes the content of a revision as the working copy. Its slug stays.
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
	if err := w.prune(ctx, old, "revision"); err != nil {
		return err
	}
	pruned := messages.New(nil)
	if check(old, pruned); len(pruned.Problems) > len(complete.Problems) {
		w.report.Refuse(content.ProblemInvalid, []string{"revision"}, messages.NothingWithout)
		return nil
	}
	w.reduce(old, "revision")
	w.ownAddresses(old)
	return w.derive(ctx, old, content.StageDraft)
}

// restore takes links to what was deleted meanwhile out of the working copy.
func (w *work) restore(ctx context.Context, s *step) error {
	if err := w.prune(ctx, s.after.Draft, "id"); err != nil {
		return err
	}
	return w.derive(ctx, s.after.Draft, content.StageDraft)
}

// reject wants a note. The end of a publication that does not come is called off.
func (w *work) reject(_ context.Context, s *step) error {
	if w.why() == "" {
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
	note := w.why()
	if note == "" {
		w.report.Refuse(content.ProblemRequired, []string{"note"}, messages.Note)
		return nil
	}
	s.after.Draft.Correct(content.Correction{At: s.now, Note: note})
	return nil
}

// unpublish sets the time at which readers are to see the entry no more, where one is given: until then nothing
// changes.
func (w *work) unpublish(_ context.Context, s *step) error {
	switch {
	case s.later && s.before.PublishAt != nil && !w.change.At.After(*s.before.PublishAt):
		w.report.Refuse(content.ProblemInvalid, []string{"at"}, messages.Order)
	case s.later:
		s.after.UnpublishAt, s.to = w.change.At, ""
	case s.before.Live == nil: // nothing can be taken back yet
		w.report.Refuse(content.ProblemRequired, []string{"at"}, messages.Required)
	}
	return nil
}

// publish shows the working copy to readers.
func (w *work) publish(ctx context.Context, s *step) error {
	after := s.after
	w.whole(after.Draft)
	base := after.Draft.Common()
	base.UpdatedAt = s.now
	onceSeen(base, after.PublicSlugs)
	if base.PublishedAt.IsZero() {
		base.PublishedAt = s.now
		if w.change.At != nil { // it is past, or just came
			base.PublishedAt = *w.change.At
		}
	}
	live := content.Clone(after.Draft)
	w.ownAddresses(live)
	w.learn(content.StagePublished, after.Draft)
	if w.was = after.Live; w.was != nil {
		w.learn(content.StagePublished, w.was)
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
