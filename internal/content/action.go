package content

// Action is something that an actor does in the newsroom. The rules say who may; a
// revision says which one made it.
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

// Actions lists every action, in the order of the contract.
func Actions() []Action {
	return []Action{
		ActionRead, ActionCreate, ActionUpdate, ActionSubmit, ActionApprove, ActionReject, ActionPublish, ActionUnpublish,
		ActionCorrect, ActionArchive, ActionTrash, ActionRestore, ActionRestoreRevision, ActionDeleteForever, ActionPreview,
		ActionImport, ActionSettings, ActionAccounts, ActionAuditLog,
	}
}
