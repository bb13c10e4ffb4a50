package content

import "time"

// Role is how far an account's rights reach. Each role may do what the one before it may.
type Role string

// The roles, the narrowest first. What each may do stands in the newsroom's rules.
const (
	RoleReader Role = "READER" // reads drafts
	RoleWriter Role = "WRITER" // writes drafts of its own
	RoleEditor Role = "EDITOR" // changes and publishes everything
	RoleAdmin  Role = "ADMIN"  // people, tokens, settings
)

// Roles lists the roles, the narrowest first.
func Roles() []Role { return []Role{RoleReader, RoleWriter, RoleEditor, RoleAdmin} }

// Actor is who asks: an account's owner, a program with a token, or a guest with a
// preview link. A nil actor is a stranger, who sees what is published.
type Actor struct {
	// ID names the actor in revisions: an account's id, a token's, or an issuer's subject.
	ID string
	// Name is shown to colleagues.
	Name string
	// Role is empty for a guest.
	Role Role
	// Kinds and Actions narrow a token's rights; nil does not narrow them.
	Kinds   []Kind
	Actions []Action
	// Preview is the one entry whose draft a guest may read.
	Preview ID
	// PreviewToken is the token of a guest; with it the addresses of what the preview shows are signed.
	PreviewToken string
	// Session is the session's id for an account that signed in; empty for the others.
	Session string
	// MustChangePassword tells that the account has a password that others know. Until it
	// has another one, the actor has no role, and may change the password only.
	MustChangePassword bool
}

// Person is the actor as revisions name it.
func (a *Actor) Person() *Person { return &Person{ID: a.ID, Name: a.Name} }

// Account is a person who signs in.
type Account struct {
	ID string `json:"_id"`
	// Login is what the person signs in with: an e-mail address or a name, in lower case, unique.
	Login string `json:"login"`
	Name  string `json:"name"`
	Role  Role   `json:"role"`
	// Password is the argon2id hash in the PHC string format; never shown.
	Password string `json:"password"`
	// MustChangePassword tells that someone else chose the password.
	MustChangePassword bool      `json:"mustChangePassword,omitempty"`
	CreatedAt          time.Time `json:"createdAt"`
	// Previews marks the previews that the account gave out and that are good: see [Entry].
	Previews string `json:"previews,omitempty"`
	// DisabledAt is since when the account can't sign in; nil while it can.
	DisabledAt *time.Time `json:"disabledAt,omitempty"`
}

// Session is an account that signed in.
type Session struct {
	// ID is the SHA-256 of the session's secret in hex: the secret itself is not kept.
	ID        string    `json:"_id"`
	AccountID string    `json:"account"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Token lets a program act.
type Token struct {
	ID   string `json:"_id"`
	Name string `json:"name"`
	// Hash is the SHA-256 of the secret in hex: the secret itself is shown once and not kept.
	Hash      string     `json:"hash"`
	Role      Role       `json:"role"`
	Kinds     []Kind     `json:"kinds,omitempty"`
	Actions   []Action   `json:"actions,omitempty"`
	CreatedAt time.Time  `json:"createdAt"`
	CreatedBy string     `json:"createdBy,omitempty"`
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
	// LastUsedAt is kept to the minute.
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
	RevokedAt  *time.Time `json:"revokedAt,omitempty"`
}
