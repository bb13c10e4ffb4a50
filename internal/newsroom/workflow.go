package newsroom

import (
	"slices"

	"sen/internal/content"
	"sen/internal/people"
)

// move is a legal step of the workflow.
type move struct {
	action content.Action
	from   []content.State
	// to is the state that the step leads to; "" leaves the state as it is.
	to content.State
	// later is the state that it leads to when a time to come was given, timed whether one may be.
	later content.State
	timed bool
	// live tells that readers must be seeing the entry.
	live bool
	// withdraws tells that readers don't see the entry afterwards, unless a time to come was given.
	withdraws bool
}

// The states of an entry that is being worked on.
var inWork = []content.State{content.StateDraft, content.StateInReview, content.StateScheduled, content.StatePublished, content.StateChanged}

// moves is the workflow: what is not in it is not allowed. "DRAFT" as an aim is
// "CHANGED" while readers see an earlier copy (see settled). The schema's documentation of
// ContentStatus shows it; TestWorkflowIsDocumented compares.
var moves = []move{
	{action: content.ActionUpdate, from: []content.State{content.StateDraft, content.StateChanged, content.StatePublished}, to: content.StateDraft},
	{action: content.ActionUpdate, from: []content.State{content.StateInReview, content.StateScheduled}},
	{action: content.ActionSubmit, from: []content.State{content.StateDraft, content.StateChanged}, to: content.StateInReview},
	{action: content.ActionApprove, from: []content.State{content.StateInReview}, to: content.StatePublished, later: content.StateScheduled, timed: true},
	{action: content.ActionReject, from: []content.State{content.StateInReview, content.StateScheduled}, to: content.StateDraft},
	{action: content.ActionPublish, from: []content.State{content.StateDraft, content.StateInReview, content.StateScheduled, content.StateChanged}, to: content.StatePublished, later: content.StateScheduled, timed: true},
	{action: content.ActionUnpublish, from: inWork, to: content.StateDraft, timed: true, live: true, withdraws: true},
	{action: content.ActionUnpublish, from: []content.State{content.StateScheduled}, timed: true}, // an embargo and an expiry at once
	{action: content.ActionCorrect, from: []content.State{content.StatePublished, content.StateChanged}, to: content.StatePublished, live: true},
	{action: content.ActionArchive, from: inWork, to: content.StateArchived, withdraws: true},
	{action: content.ActionTrash, from: append(slices.Clone(inWork), content.StateArchived), to: content.StateTrashed, withdraws: true},
	{action: content.ActionRestore, from: []content.State{content.StateArchived, content.StateTrashed}, to: content.StateDraft},
	{action: content.ActionRestoreRevision, from: []content.State{content.StateDraft, content.StatePublished, content.StateChanged}, to: content.StateDraft},
	{action: content.ActionDeleteForever, from: []content.State{content.StateTrashed}},
}

// legal finds the step that an action is for an entry.
func legal(action content.Action, e *content.Editing) (move, bool) {
	for _, m := range moves {
		if m.action == action && slices.Contains(m.from, e.State) && (!m.live || e.LiveVersion > 0) {
			return m, true
		}
	}
	return move{}, false
}

// settled is the state of an entry that nothing is asked for: a draft behind what readers
// see is a change.
func settled(to content.State, isLive bool) content.State {
	if to == content.StateDraft && isLive {
		return content.StateChanged
	}
	return to
}

// Moves lists the actions that are legal for an entry and that the actor may do.
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
