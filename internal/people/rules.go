package people

import (
	"slices"

	"sen/internal/content"
	"sen/internal/messages"
)

// reach says to which entries a role may do an action.
type reach string

const (
	no   reach = "-"
	own  reach = "own" // entries that the actor created, and only their drafts
	full reach = "all"
)

// rules lists everything that each role may do. A token may do less than its role; no actor may do more. TestRules
// prints the list and compares it with a reviewed file.
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

// reachOf returns the reach of an action for an actor. The kind is empty for actions on the whole site.
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

// May reports whether an actor may do an action to at least some entries of a kind. The kind is empty for actions on
// the whole site.
func May(actor *content.Actor, action content.Action, kind content.Kind) bool {
	return reachOf(actor, action, kind) != no
}

// Permission is an action that an actor may do.
type Permission struct {
	Action content.Action
	// Kinds lists the kinds of content to which the actor may do it; empty for actions on the whole site.
	Kinds []content.Kind
}

// Permissions lists the actions that an actor may do, in the order of the rules.
func Permissions(actor *content.Actor) []*Permission {
	list := []*Permission{}
	for _, r := range rules {
		p := &Permission{r.action, []content.Kind{}}
		if slices.Contains(siteActions, r.action) {
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

// siteActions lists the actions on the whole site.
var siteActions = []content.Action{content.ActionSettings, content.ActionAccounts, content.ActionAuditLog}

// owned lists the states in which writers may change their own entries. After a writer has submitted an entry, only
// editors may change it, until they reject or publish it.
var owned = []content.State{content.StateDraft, content.StatePublished, content.StateChanged, content.StateTrashed}

// MayTo reports whether an actor may do an action to an entry.
func MayTo(actor *content.Actor, action content.Action, kind content.Kind, e *content.Editing) bool {
	switch reachOf(actor, action, kind) {
	case full:
		return true
	case own:
		// A writer may keep a newer draft of a published entry, but may not take the published copy away from readers.
		visible := e.LiveVersion > 0 && (action == content.ActionTrash || action == content.ActionRestore)
		return e.CreatedBy != nil && e.CreatedBy.ID == actor.ID && slices.Contains(owned, e.State) && !visible
	}
	return false
}

// Permit checks that an actor may do an action to at least some entries of a kind. It fails with UNAUTHENTICATED
// without an actor, and with FORBIDDEN if the actor's rights don't allow the action.
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

// Forbidden returns the error for an action that the actor's role does not allow.
func Forbidden(action content.Action) error {
	return messages.Failed(content.CodeForbidden, messages.Forbidden, action)
}
