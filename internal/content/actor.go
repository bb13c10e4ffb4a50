package content

import "time"

// Role is the role of an account or a token. Each role has all rights of the role before it.
type Role string

// The roles, the one with the fewest rights first. internal/people/rules.go has the rights of each.
const (
	RoleReader Role = "READER" // reads drafts
	RoleWriter Role = "WRITER" // writes drafts of its own
	RoleEditor Role = "EDITOR" // changes and publishes everything
	RoleAdmin  Role = "ADMIN"  // people, tokens, settings
)

// Roles lists the roles, the one with the fewest rights first.
func Roles() []Role { return []Role{RoleReader, RoleWriter, RoleEditor, RoleAdmin} }

// Actor is the sender of a request: the owner of an account, a program with a token, or a guest with a preview link. A
// nil actor is an anonymous client, which sees published content only.
type Actor struct {
	// ID names the actor in revisions: an account's id, a token's, or an issuer's subject.
	ID string
	// Name is shown to colleagues.
	Name string
	// Role is empty for a guest.
	Role Role
	// Kinds and Actions limit a token's rights to some kinds and actions; nil is no limit.
	Kinds   []Kind
	Actions []Action
	// Preview is the one entry whose draft a guest may read.
	Preview ID
	// PreviewToken is the token of a guest. It signs the addresses of the media that the preview shows.
	PreviewToken string
	// Session is the id of the session of an account that signed in; empty for tokens and guests.
	Session string
	// MustChangePassword reports that other people know the account's password. Until it is changed, the actor has no
	// role and may only change the password.
	MustChangePassword bool
}

// Person returns the id and the name of the actor, as revisions store them.
func (a *Actor) Person() *Person { return &Person{ID: a.ID, Name: a.Name} }

// Account is a person who signs in.
type Account struct {
	ID string `json:"_id"`
	// Login is an e-mail address or a name, in lower case and unique, with which the person signs in.
	Login string `json:"login"`
	Name  string `json:"name"`
	Role  Role   `json:"role"`
	// Password is the argon2id hash in the PHC string format; never shown.
	Password string `json:"password"`
	// MustChangePassword reports that someone else chose the password.
	MustChangePassword bool      `json:"mustChangePassword,omitempty"`
	CreatedAt          time.Time `json:"createdAt"`
	// Previews is the preview mark of the account: the previews that it created under another mark are not valid. See
	// [Entry].
	Previews string `json:"previews,omitempty"`
	// DisabledAt is the time at which the account was disabled; nil while it can sign in.
	DisabledAt *time.Time `json:"disabledAt,omitempty"`
}

// Session is the session of an account that signed in.
type Session struct {
	// ID is the SHA-256 of the session's secret in hex: the secret itself is not kept.
	ID        string    `json:"_id"`
	AccountID string    `json:"account"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Token lets a program use the API.
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
