package people

import (
	"slices"

	"sen/internal/content"
	"sen/internal/messages"
)

// reach is how far an action of a role goes.
type reach string

const (
	no   reach = "-"
	own  reach = "own" // entries that the actor made, and never more than a draft of them
	full reach = "all"
)

// rules says what each role may do. It is the whole of it: a token may do less than its
// role, nobody does more. TestRules prints it and compares.
var rules = []struct {
	action                        content.Action
	reader, writer, editor, admin reach
}{
	{content.ActionRead, full, full, full, full},
	{content.ActionCreate, no, full, full, full},
	{content.ActionUpdate, no, own, full, full},
	{content.ActionSubmit, no, own, full, full},
	{content.ActionPreview, no, own, full, full},
	{content.ActionRestoreRevision, no, own, full, full},
	{content.ActionTrash, no, own, full, full},
	{content.ActionRestore, no, own, full, full},
	{content.ActionApprove, no, no, full, full},
	{content.ActionReject, no, no, full, full},
	{content.ActionPublish, no, no, full, full},
	{content.ActionUnpublish, no, no, full, full},
	{content.ActionCorrect, no, no, full, full},
	{content.ActionArchive, no, no, full, full},
	{content.ActionDeleteForever, no, no, no, full},
	{content.ActionSettings, no, no, no, full},
	{content.ActionAccounts, no, no, no, full},
	{content.ActionAuditLog, no, no, no, full},
}

// reachOf is how far an action of an actor goes; kind is empty for the site's own.
func reachOf(actor *content.Actor, action content.Action, kind content.Kind) reach {
	if actor == nil || actor.Actions != nil && !slices.Contains(actor.Actions, action) ||
		actor.Kinds != nil && !slices.Contains(actor.Kinds, kind) {
		return no
	}
	for _, r := range rules {
		if r.action != action {
			continue
		}
		switch actor.Role {
		case content.RoleReader:
			return r.reader
		case content.RoleWriter:
			return r.writer
		case content.RoleEditor:
			return r.editor
		case content.RoleAdmin:
			return r.admin
		}
	}
	return no
}

// May tells whether an actor may do an action to some entry of a kind at least; kind is
// empty for what is of the site as a whole.
func May(actor *content.Actor, action content.Action, kind content.Kind) bool {
	return reachOf(actor, action, kind) != no
}

// Permission is something that an actor may do.
type Permission struct {
	Action content.Action
	// Kinds are those of content to which it may be done; empty for what is of the site as a whole.
	Kinds []content.Kind
}

// Permissions lists what an actor may do, in the order of the rules.
func Permissions(actor *content.Actor) []*Permission {
	list := []*Permission{}
	for _, r := range rules {
		p := &Permission{r.action, []content.Kind{}}
		if slices.Contains(ofSite, r.action) {
			if May(actor, r.action, "") {
				list = append(list, p)
			}
			continue
		}
		for _, kind := range content.Kinds() {
			if May(actor, r.action, kind) {
				p.Kinds = append(p.Kinds, kind)
			}
		}
		if len(p.Kinds) > 0 {
			list = append(list, p)
		}
	}
	return list
}

// ofSite are the actions on the site as a whole.
var ofSite = []content.Action{content.ActionSettings, content.ActionAccounts, content.ActionAuditLog}

// owned are the states in which a writer's entry is the writer's: what was handed in
// belongs to the editors until they answer.
var owned = []content.State{content.StateDraft, content.StatePublished, content.StateChanged, content.StateTrashed}

// MayTo tells whether an actor may do an action to an entry.
func MayTo(actor *content.Actor, action content.Action, kind content.Kind, e *content.Editing) bool {
	switch reachOf(actor, action, kind) {
	case full:
		return true
	case own:
		// A writer's draft may wait behind what is published, but what readers see is not the writer's to take away.
		visible := e.LiveVersion > 0 && (action == content.ActionTrash || action == content.ActionRestore)
		return e.CreatedBy != nil && e.CreatedBy.ID == actor.ID && slices.Contains(owned, e.State) && !visible
	}
	return false
}

// Permit checks that an actor may do an action to some entry of a kind at least. It answers UNAUTHENTICATED without an
// actor, and FORBIDDEN where the actor's rights don't allow it.
func Permit(actor *content.Actor, action content.Action, kind content.Kind) error {
	if actor == nil {
		return content.Errorf(content.CodeUnauthenticated, "Sign in first, or send a token: Authorization: Bearer ….")
	}
	if actor.MustChangePassword {
		return messages.Failed(content.CodeForbidden, messages.OneTimePassword)
	}
	if !May(actor, action, kind) {
		return Forbidden(action)
	}
	return nil
}

// Forbidden is the error of an action that the actor's role does not allow.
func Forbidden(action content.Action) error {
	return messages.Failed(content.CodeForbidden, messages.Forbidden, action)
}
