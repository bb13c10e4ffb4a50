package people

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
	"sen/internal/messages"
	"sen/internal/storage"
)

// The limits for the lengths of logins and names, in characters.
const (
	maxLogin = 200
	maxName  = 200
)

// validLogin matches a valid login.
var validLogin = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{M}\p{Nd}._+@-]{2,200}$`)

// NewAccount describes an account to create.
type NewAccount struct {
	Login, Name string
	Role        content.Role
	// Password is the first password; empty generates a random one.
	Password string
}

// Accounts lists the accounts by login. It needs the right to manage accounts.
func (p *People) Accounts(ctx context.Context) ([]*content.Account, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionAccounts, ""); err != nil {
		return nil, err
	}
	return p.store.Accounts(ctx)
}

// AccountByLogin returns the account with a login. It needs the right to manage accounts.
func (p *People) AccountByLogin(ctx context.Context, login string) (*content.Account, error) {
	if err := Permit(auth.ActorOf(ctx), content.ActionAccounts, ""); err != nil {
		return nil, err
	}
	account, ok, err := p.store.AccountByLogin(ctx, normalized(login))
	if err == nil && !ok {
		err = refusal(nil, content.ProblemNotFound, []string{"login"}, messages.NoAccount, login)
	}
	return account, err
}

// CreateAccount creates an account, and returns the first password if it generated one. The person must change the
// password at the first sign-in, unless the operator chose it. It needs the right to manage accounts.
func (p *People) CreateAccount(
	ctx context.Context, chain []content.Locale, n NewAccount,
) (*content.Account, string, error) {
	actor := auth.ActorOf(ctx)
	if err := Permit(actor, content.ActionAccounts, ""); err != nil {
		return nil, "", err
	}
	r := messages.New(chain)
	a := &content.Account{
		ID: content.Unique("account", p.now()), Login: normalized(n.Login), Name: nameOf(r, n.Name), Role: roleOf(r, n.Role),
		CreatedAt:          p.now(),
		MustChangePassword: n.Password == "" || actor != Operator, // a password that the operator chose stays
	}
	if !validLogin.MatchString(a.Login) {
		r.Refuse(content.ProblemInvalid, []string{"input", "login"}, messages.Login, maxLogin)
	}
	made := ""
	if n.Password == "" {
		made = auth.NewPassword()
		n.Password = made
	}
	checkPassword(r, n.Password)
	if err := refused(r); err != nil {
		return nil, "", err
	}
	var err error
	if a.Password, err = p.passwords.Hash(ctx, n.Password); err != nil {
		return nil, "", err
	}
	err = p.store.AddAccount(ctx, a)
	if errors.Is(err, storage.ErrLoginTaken) {
		return nil, "", refusal(chain, content.ProblemTaken, []string{"input", "login"}, messages.LoginTaken)
	}
	return a, made, err
}

// FirstAdmin creates the account "admin" in a store without accounts and returns its one-time password. It returns an
// empty password if there are accounts already.
func (p *People) FirstAdmin(ctx context.Context) (password string, err error) {
	there, err := p.store.Accounts(ctx)
	if err != nil || len(there) > 0 {
		return "", err
	}
	_, password,
		err = p.CreateAccount(auth.WithActor(ctx, Operator), nil,
		NewAccount{Login: "admin", Name: "Administrator", Role: content.RoleAdmin})
	if refused := new(RefusedError); errors.As(err, &refused) {
		return "", nil // another server made it at the same moment
	}
	return password, err
}

// AccountUpdate is a change of an account; nil fields stay unchanged.
type AccountUpdate struct {
	Name *string
	Role *content.Role
	// Disabled ends the account's sessions and its previews, and blocks signing in.
	Disabled *bool
	// Password is a new password, and ends the account's sessions. An empty one is replaced by a random password.
	Password *string
}

// UpdateAccount changes an account, and returns the new password if it generated one. It refuses to disable or demote
// the last administrator who can sign in, and prevents actors from removing their own rights by mistake. It needs the
// right to manage accounts.
func (p *People) UpdateAccount(
	ctx context.Context, chain []content.Locale, id string, u AccountUpdate,
) (after *content.Account, made string, err error) {
	actor := auth.ActorOf(ctx)
	if err := Permit(actor, content.ActionAccounts, ""); err != nil {
		return nil, "", err
	}
	before, ok, err := p.store.Account(ctx, id)
	if err != nil {
		return nil, "", err
	}
	if !ok {
		return nil, "", refusal(chain, content.ProblemNotFound, []string{"id"}, messages.NoAccount, id)
	}
	r := messages.New(chain)
	change := p.readUpdate(r, before, u)
	if id == actor.ID &&
		(u.Password != nil || u.Disabled != nil && *u.Disabled || u.Role != nil && *u.Role != before.Role) {
		r.Refuse(content.ProblemIllegalMove, []string{"id"}, messages.OwnAccount)
	}
	if err := refused(r); err != nil {
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
	if after, err = p.changeAccount(ctx, chain, before, change); err != nil {
		return nil, "", err
	}
	if u.Password != nil || u.Disabled != nil {
		err = p.store.EndSessions(ctx, id, "")
	}
	return after, made, err
}

// readUpdate converts an update to a change for the store, without the hash of the password, and reports what is wrong
// with it.
func (p *People) readUpdate(r *messages.Report, before *content.Account, u AccountUpdate) storage.AccountChange {
	change := storage.AccountChange{Role: u.Role}
	if u.Name != nil {
		change.Name = new(nameOf(r, *u.Name))
	}
	if u.Role != nil {
		roleOf(r, *u.Role)
	}
	if u.Disabled != nil {
		change.DisabledAt = new(time.Time)
		switch {
		case *u.Disabled && before.DisabledAt != nil:
			change.DisabledAt = before.DisabledAt
		case *u.Disabled:
			*change.DisabledAt = p.now()
			change.Previews = new(NewMark()) // its previews stay ended when the account is enabled again
		}
	}
	if u.Password != nil && *u.Password != "" {
		checkPassword(r, *u.Password)
	}
	return change
}

// changeAccount changes an account, unless no administrator would be left. Two concurrent changes could each count the
// account that the other one demotes. So it counts again after the change, and undoes it if no administrator is left.
func (p *People) changeAccount(
	ctx context.Context, chain []content.Locale, before *content.Account, c storage.AccountChange,
) (*content.Account, error) {
	last := refusal(chain, content.ProblemIllegalMove, []string{"id"}, messages.LastAdmin)
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
		return nil, refusal(chain, content.ProblemNotFound, []string{"id"}, messages.NoAccount, before.ID)
	}
	if losing {
		if n, err := p.store.EnabledAdmins(ctx); err != nil {
			return nil, err
		} else if n == 0 {
			_, _, err := p.store.ChangeAccount(ctx, before.ID,
				storage.AccountChange{Role: &before.Role, DisabledAt: new(time.Time{})})
			return nil, errors.Join(last, err)
		}
	}
	return after, nil
}

// nameOf normalizes and checks the name of a person or a program.
func nameOf(r *messages.Report, text string) string {
	text = norm.NFC.String(strings.Join(strings.Fields(text), " "))
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		r.Refuse(content.ProblemRequired, []string{"input", "name"}, messages.Required)
	case n > maxName:
		r.Refuse(content.ProblemTooLong, []string{"input", "name"}, messages.TooLong, n, maxName)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.Refuse(content.ProblemInvalid, []string{"input", "name"}, messages.Invalid)
	}
	return text
}

// roleOf checks a role.
func roleOf(r *messages.Report, role content.Role) content.Role {
	if !slices.Contains(content.Roles(), role) {
		r.Refuse(content.ProblemInvalid, []string{"input", "role"}, messages.Invalid)
	}
	return role
}

// checkPassword checks a new password.
func checkPassword(r *messages.Report, password string) {
	if auth.CheckPassword(password) != nil {
		r.Refuse(content.ProblemInvalid, []string{"input", "password"}, messages.PasswordLength, auth.MinPassword,
			auth.MaxPassword)
	}
}
