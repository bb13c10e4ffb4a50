package content

// Action is an operation of an actor on an entry or on the site. The rules of the newsroom say who may do it. A
// revision names the action that made it.
type Action string

// The actions on entries.
const (
	ActionRead            Action = "READ" // drafts, revisions, where something is used
	ActionCreate          Action = "CREATE"
	ActionUpdate          Action = "UPDATE"
	ActionSubmit          Action = "SUBMIT"
	ActionApprove         Action = "APPROVE"
	ActionReject          Action = "REJECT"
	ActionPublish         Action = "PUBLISH"
	ActionUnpublish       Action = "UNPUBLISH"
	ActionCorrect         Action = "CORRECT"
	ActionArchive         Action = "ARCHIVE"
	ActionTrash           Action = "TRASH"
	ActionRestore         Action = "RESTORE"
	ActionRestoreRevision Action = "RESTORE_REVISION"
	ActionDeleteForever   Action = "DELETE_FOREVER"
	ActionPreview         Action = "PREVIEW"
	ActionImport          Action = "IMPORT"
)

// The actions on the site.
const (
	ActionSettings Action = "SETTINGS"  // the site's settings and menus
	ActionAccounts Action = "ACCOUNTS"  // people and tokens
	ActionAuditLog Action = "AUDIT_LOG" // every revision of the site
)

// Actions lists all actions, in the order of the schema.
func Actions() []Action {
	return []Action{
		ActionRead, ActionCreate, ActionUpdate, ActionSubmit, ActionApprove, ActionReject, ActionPublish, ActionUnpublish,
		ActionCorrect, ActionArchive, ActionTrash, ActionRestore, ActionRestoreRevision, ActionDeleteForever, ActionPreview,
		ActionImport, ActionSettings, ActionAccounts, ActionAuditLog,
	}
}
