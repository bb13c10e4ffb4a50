package newsroom

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/storage"
)

// The bounds of what people are called, in characters.
const (
	maxLogin = 200
	maxName  = 200
)

// logins are what an account may be signed in with.
var logins = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{M}\p{Nd}._+@-]{2,200}$`)

// NewAccount is what an account is made of.
type NewAccount struct {
	Login, Name string
	Role        content.Role
	// Password is the first one; empty makes a random one.
	Password string
}

// Accounts lists the accounts by their logins. Administrators may.
func (p *People) Accounts(ctx context.Context) ([]*content.Account, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionAccounts, ""); err != nil {
		return nil, err
	}
	return p.store.Accounts(ctx)
}

// AccountByLogin reads the account with a login. Administrators may.
func (p *People) AccountByLogin(ctx context.Context, login string) (*content.Account, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionAccounts, ""); err != nil {
		return nil, err
	}
	account, ok, err := p.store.AccountByLogin(ctx, normalized(login))
	if err == nil && !ok {
		err = refusal(nil, content.ProblemNotFound, []string{"login"}, msgNoAccount, login)
	}
	return account, err
}

// CreateAccount makes an account, and gives its first password when it made that itself.
// Who signs in with a password that others know has to change it. Administrators may.
func (p *People) CreateAccount(ctx context.Context, chain []content.Locale, n NewAccount) (*content.Account, string, error) {
	actor := auth.ActorOf(ctx)
	if err := Permit(actor, content.ActionAccounts, ""); err != nil {
		return nil, "", err
	}
	r := newReport(chain)
	a := &content.Account{
		ID: content.Unique("account", p.now()), Login: normalized(n.Login), Name: r.name(n.Name), Role: r.role(n.Role), CreatedAt: p.now(),
		MustChangePassword: n.Password == "" || actor != Operator, // the operator chose it for good
	}
	if !logins.MatchString(a.Login) {
		r.refuse(content.ProblemInvalid, []string{"input", "login"}, msgLogin, maxLogin)
	}
	made := ""
	if n.Password == "" {
		made = auth.NewPassword()
		n.Password = made
	}
	r.password(n.Password)
	if err := r.refused(); err != nil {
		return nil, "", err
	}
	var err error
	if a.Password, err = p.passwords.Hash(ctx, n.Password); err != nil {
		return nil, "", err
	}
	err = p.store.AddAccount(ctx, a)
	if errors.Is(err, storage.ErrLoginTaken) {
		return nil, "", refusal(chain, content.ProblemTaken, []string{"input", "login"}, msgLoginTaken)
	}
	return a, made, err
}

// FirstAdmin makes the account "admin" in a store that has none, and gives its one-time
// password; empty when there are accounts already.
func (p *People) FirstAdmin(ctx context.Context) (password string, err error) {
	there, err := p.store.Accounts(ctx)
	if err != nil || len(there) > 0 {
		return "", err
	}
	_, password, err = p.CreateAccount(auth.WithActor(ctx, Operator), nil, NewAccount{Login: "admin", Name: "Administrator", Role: content.RoleAdmin})
	if refused := new(RefusedError); errors.As(err, &refused) {
		return "", nil // another server made it at the same moment
	}
	return password, err
}

// AccountUpdate is what changes in an account; nil leaves it as it is.
type AccountUpdate struct {
	Name *string
	Role *content.Role
	// Disabled ends the account's sessions and the previews that it gave out, and keeps it from signing in.
	Disabled *bool
	// Password is a new one, which ends the account's sessions; an empty one makes it random.
	Password *string
}

// UpdateAccount changes an account, and gives its new password when it made that itself.
// The last administrator who can sign in stays one, and nobody takes the own rights away
// by mistake. Administrators may.
func (p *People) UpdateAccount(ctx context.Context, chain []content.Locale, id string, u AccountUpdate) (after *content.Account, made string, err error) {
	actor := auth.ActorOf(ctx)
	if err := Permit(actor, content.ActionAccounts, ""); err != nil {
		return nil, "", err
	}
	before, ok, err := p.store.Account(ctx, id)
	if err != nil {
		return nil, "", err
	}
	if !ok {
		return nil, "", refusal(chain, content.ProblemNotFound, []string{"id"}, msgNoAccount, id)
	}
	r := newReport(chain)
	change := p.asked(r, before, u)
	if id == actor.ID && (u.Password != nil || u.Disabled != nil && *u.Disabled || u.Role != nil && *u.Role != before.Role) {
		r.refuse(content.ProblemIllegalMove, []string{"id"}, msgOwnAccount)
	}
	if err := r.refused(); err != nil {
		return nil, "", err
	}
	if u.Password != nil {
		password := *u.Password
		if password == "" {
			made = auth.NewPassword()
			password = made
		}
		hash, err := p.passwords.Hash(ctx, password)
		if err != nil {
			return nil, "", err
		}
		change.Password, change.MustChangePassword = &hash, new(made != "" || actor != Operator)
	}
	if after, err = p.change(ctx, chain, before, change); err != nil {
		return nil, "", err
	}
	if u.Password != nil || u.Disabled != nil {
		err = p.store.EndSessions(ctx, id, "")
	}
	return after, made, err
}

// asked reads what is asked to change in an account, but the password's hash.
func (p *People) asked(r *report, before *content.Account, u AccountUpdate) storage.AccountChange {
	change := storage.AccountChange{Role: u.Role}
	if u.Name != nil {
		change.Name = new(r.name(*u.Name))
	}
	if u.Role != nil {
		r.role(*u.Role)
	}
	if u.Disabled != nil {
		change.DisabledAt = new(time.Time)
		switch {
		case *u.Disabled && before.DisabledAt != nil:
			change.DisabledAt = before.DisabledAt
		case *u.Disabled:
			*change.DisabledAt = p.now()
			change.Previews = new(newMark()) // what it gave out stays over when it is let in again
		}
	}
	if u.Password != nil && *u.Password != "" {
		r.password(*u.Password)
	}
	return change
}

// change changes an account, unless no administrator would be left. Two changes at once
// could each count on the other's account: so it looks again afterwards, and takes it back.
func (p *People) change(ctx context.Context, chain []content.Locale, before *content.Account, c storage.AccountChange) (*content.Account, error) {
	last := refusal(chain, content.ProblemIllegalMove, []string{"id"}, msgLastAdmin)
	losing := before.Role == content.RoleAdmin && before.DisabledAt == nil &&
		(c.Role != nil && *c.Role != content.RoleAdmin || c.DisabledAt != nil && !c.DisabledAt.IsZero())
	if losing {
		if n, err := p.store.EnabledAdmins(ctx); err != nil {
			return nil, err
		} else if n < 2 {
			return nil, last
		}
	}
	after, ok, err := p.store.ChangeAccount(ctx, before.ID, c)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, refusal(chain, content.ProblemNotFound, []string{"id"}, msgNoAccount, before.ID)
	}
	if losing {
		if n, err := p.store.EnabledAdmins(ctx); err != nil {
			return nil, err
		} else if n == 0 {
			_, _, err := p.store.ChangeAccount(ctx, before.ID, storage.AccountChange{Role: &before.Role, DisabledAt: new(time.Time{})})
			return nil, errors.Join(last, err)
		}
	}
	return after, nil
}

// name reads the name of a person or a program.
func (r *report) name(text string) string {
	text = norm.NFC.String(strings.Join(strings.Fields(text), " "))
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		r.refuse(content.ProblemRequired, []string{"input", "name"}, msgRequired)
	case n > maxName:
		r.refuse(content.ProblemTooLong, []string{"input", "name"}, msgTooLong, n, maxName)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.refuse(content.ProblemInvalid, []string{"input", "name"}, msgInvalid)
	}
	return text
}

// role reads a role.
func (r *report) role(role content.Role) content.Role {
	if !slices.Contains(content.Roles(), role) {
		r.refuse(content.ProblemInvalid, []string{"input", "role"}, msgInvalid)
	}
	return role
}

// password checks a new password.
func (r *report) password(password string) {
	if auth.CheckPassword(password) != nil {
		r.refuse(content.ProblemInvalid, []string{"input", "password"}, msgPasswordLength, auth.MinPassword, auth.MaxPassword)
	}
}
