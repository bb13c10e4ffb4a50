package newsroom

import (
	"slices"

	"sen/internal/content"
	"sen/internal/people"
)

// move is a transition of the workflow.
type move struct {
	action content.Action
	from   []content.State
	// to is the state after the move; "" keeps the present state.
	to content.State
	// later is the state after the move when the change gives a future time. timed says whether the change may give
	// one.
	later content.State
	timed bool
	// live requires that readers see the entry.
	live bool
	// withdraws says that readers no longer see the entry after the move, unless the change gives a future time.
	withdraws bool
}

// inWork lists the states of an entry that editors work on: all but archived and in the trash.
var inWork = []content.State{
	content.StateDraft, content.StateInReview, content.StateScheduled, content.StatePublished,
	content.StateChanged,
}

// moves is the whole workflow: a move that is not in the list is not allowed. The target DRAFT becomes CHANGED while
// readers see an earlier copy (see effectiveState). The schema's documentation of ContentStatus shows this table;
// TestWorkflowIsDocumented compares both.
var moves = []move{
	{
		action: content.ActionUpdate, from: []content.State{content.StateDraft, content.StateChanged, content.StatePublished},
		to: content.StateDraft,
	},
	{action: content.ActionUpdate, from: []content.State{content.StateInReview, content.StateScheduled}},
	{
		action: content.ActionSubmit, from: []content.State{content.StateDraft, content.StateChanged},
		to: content.StateInReview,
	},
	{
		action: content.ActionApprove, from: []content.State{content.StateInReview}, to: content.StatePublished,
		later: content.StateScheduled, timed: true,
	},
	{
		action: content.ActionReject, from: []content.State{content.StateInReview, content.StateScheduled},
		to: content.StateDraft,
	},
	{
		action: content.ActionPublish,
		from:   []content.State{content.StateDraft, content.StateInReview, content.StateScheduled, content.StateChanged},
		to:     content.StatePublished, later: content.StateScheduled, timed: true,
	},
	{action: content.ActionUnpublish, from: inWork, to: content.StateDraft, timed: true, live: true, withdraws: true},
	// both an embargo and an expiry
	{action: content.ActionUnpublish, from: []content.State{content.StateScheduled}, timed: true},
	{
		action: content.ActionCorrect, from: []content.State{content.StatePublished, content.StateChanged},
		to: content.StatePublished, live: true,
	},
	{action: content.ActionArchive, from: inWork, to: content.StateArchived, withdraws: true},
	{
		action: content.ActionTrash, from: append(slices.Clone(inWork), content.StateArchived), to: content.StateTrashed,
		withdraws: true,
	},
	{
		action: content.ActionRestore, from: []content.State{content.StateArchived, content.StateTrashed},
		to: content.StateDraft,
	},
	{
		action: content.ActionRestoreRevision,
		from:   []content.State{content.StateDraft, content.StatePublished, content.StateChanged}, to: content.StateDraft,
	},
	{action: content.ActionDeleteForever, from: []content.State{content.StateTrashed}},
}

// findMove returns the move that an action makes from the present state of an entry. It returns false when the workflow
// does not allow the action.
func findMove(action content.Action, e *content.Editing) (move, bool) {
	for _, m := range moves {
		if m.action == action && slices.Contains(m.from, e.State) && (!m.live || e.LiveVersion > 0) {
			return m, true
		}
	}
	return move{}, false
}

// effectiveState returns CHANGED instead of DRAFT when readers see a copy of the entry, and any other state unchanged.
func effectiveState(to content.State, isLive bool) content.State {
	if to == content.StateDraft && isLive {
		return content.StateChanged
	}
	return to
}

// Moves lists the actions that the workflow allows for an entry and that the actor may do.
func Moves(actor *content.Actor, kind content.Kind, e *content.Editing) []content.Action {
	actions := []content.Action{}
	for _, m := range moves {
		if slices.Contains(m.from, e.State) && (!m.live || e.LiveVersion > 0) && people.MayTo(actor, m.action, kind, e) &&
			(m.action != content.ActionCorrect || kind.Descriptor().Corrected) && !slices.Contains(actions, m.action) {
			actions = append(actions, m.action)
		}
	}
	return actions
}
