package people

import (
	"context"
	"errors"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/messages"
	"sen/internal/storage"
)

// SignedIn is a new session.
type SignedIn struct {
	Actor *content.Actor
	// Secret authenticates the session. It is shown once and not stored.
	Secret    string
	ExpiresAt time.Time
	// Device is the device mark by which the throttle recognizes the client from now on.
	Device string
	// Notices tell the client what it must know about the session.
	Notices []content.Problem
}

// SignIn starts a session if the login and the password are right. If either is wrong, the error is a [RefusedError]
// that does not say which.
//
// Failures are counted by the client's address ([auth.Throttle]), or by the device mark if the client has one for this
// login. After too many failures, SignIn fails with RATE_LIMITED.
func (p *People) SignIn(
	ctx context.Context, chain []content.Locale, login, password, address string,
) (*SignedIn, error) {
	wrong := refusal(chain, content.ProblemInvalid, []string{"password"}, messages.WrongSignIn)
	login = normalized(login)
	if !validLogin.MatchString(login) {
		return nil, wrong
	}
	signer, err := p.Signer(ctx)
	if err != nil {
		return nil, err
	}
	client := auth.ClientOf(ctx)
	from := auth.Source{Address: address, Client: signer.KnownDevice(client.Device, login)}
	if err := p.throttle.Begin(login, from); err != nil {
		return nil, err
	}
	account, ok, err := p.store.AccountByLogin(ctx, login)
	if err != nil {
		return nil, err
	}
	hash := "" // of no account: Matches compares anyway, so that the time is the same
	if ok && account.DisabledAt == nil {
		hash = account.Password
	}
	ok, err = p.passwords.Matches(ctx, hash, password)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, wrong
	}
	p.throttle.Succeeded(login, from)
	now := p.now()
	s := &SignedIn{
		Secret: auth.NewSecret(auth.SecretSession), ExpiresAt: now.Add(p.session),
		Device: signer.Device(client.Device, login),
	}
	session := &content.Session{
		ID: auth.HashSecret(s.Secret), AccountID: account.ID, CreatedAt: now, ExpiresAt: s.ExpiresAt,
	}
	if err := p.store.AddSession(ctx, session); err != nil {
		return nil, err
	}
	// The password may have been changed, and the sessions ended, since it was compared.
	present, ok, err := p.store.Account(ctx, account.ID)
	if err != nil {
		return nil, err
	}
	if !ok || present.Password != hash || present.DisabledAt != nil {
		return nil, errors.Join(wrong, p.store.EndSession(ctx, session.ID))
	}
	s.Actor = actorOf(present, session.ID)
	if client.Forgetful {
		r := messages.New(chain)
		r.Notice(content.ProblemSessionNotKept, []string{}, messages.SessionNotKept)
		s.Notices = r.Notices
	}
	return s, nil
}

// SessionNotKept returns the [RefusedError] for a client that could not use its session: the browser sends no session
// cookie back, and the client takes no token.
func SessionNotKept(chain []content.Locale) error {
	return refusal(chain, content.ProblemSessionNotKept, []string{}, messages.SessionNotKept)
}

// SignOut ends the actor's session. It does nothing if there is none.
func (p *People) SignOut(ctx context.Context) error {
	actor := auth.ActorOf(ctx)
	if actor == nil || actor.Session == "" {
		return nil
	}
	return p.store.EndSession(ctx, actor.Session)
}

// ChangePassword sets a new password for the actor's own account, and ends the account's other sessions. It needs the
// old password; guessing that is slowed down in the same way as signing in.
func (p *People) ChangePassword(
	ctx context.Context, chain []content.Locale, old, fresh string,
) (*content.Actor, error) {
	actor := auth.ActorOf(ctx)
	if actor == nil || actor.Session == "" {
		return nil, content.Errorf(content.CodeUnauthenticated, "Sign in with the account whose password is to change.")
	}
	account, ok, err := p.store.Account(ctx, actor.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errUnknown()
	}
	r := messages.New(chain)
	switch {
	case auth.CheckPassword(fresh) != nil:
		r.Refuse(content.ProblemInvalid, []string{"newPassword"}, messages.PasswordLength, auth.MinPassword, auth.MaxPassword)
	case fresh == old:
		r.Refuse(content.ProblemInvalid, []string{"newPassword"}, messages.SamePassword)
	}
	if err := refused(r); err != nil {
		return nil, err
	}
	from := auth.Source{Client: actor.Session} // guesses elsewhere and guesses here don't delay each other
	if err := p.throttle.Begin(account.Login, from); err != nil {
		return nil, err
	}
	ok, err = p.passwords.Matches(ctx, account.Password, old)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, refusal(chain, content.ProblemInvalid, []string{"password"}, messages.WrongPassword)
	}
	p.throttle.Succeeded(account.Login, from)
	hash, err := p.passwords.Hash(ctx, fresh)
	if err != nil {
		return nil, err
	}
	after, ok, err := p.store.ChangeAccount(ctx, account.ID,
		storage.AccountChange{Password: &hash, MustChangePassword: new(false)})
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errUnknown()
	}
	return actorOf(after, actor.Session), p.store.EndSessions(ctx, account.ID, actor.Session)
}
