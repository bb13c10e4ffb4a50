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

// SignedIn is a session that was just begun.
type SignedIn struct {
	Actor *content.Actor
	// Secret opens the session; it is shown once and not kept.
	Secret    string
	ExpiresAt time.Time
	// Device is the device mark with which the client is known to the login from now on.
	Device string
	// Notices tell what the client has to know of the session.
	Notices []content.Problem
}

// SignIn begins a session for who knows an account's password. The address is the client's, by which guessing is
// slowed down ([auth.Throttle]), unless the context's client has a device mark of the login: too many failures are
// RATE_LIMITED. A wrong login and a wrong password are a [RefusedError] that does not tell which it was.
func (p *People) SignIn(ctx context.Context, chain []content.Locale, login, password, address string) (*SignedIn, error) {
	wrong := refusal(chain, content.ProblemInvalid, []string{"password"}, messages.WrongSignIn)
	login = normalized(login)
	if !logins.MatchString(login) {
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
	hash := "" // of nobody: it is compared with all the same
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
	s := &SignedIn{Secret: auth.NewSecret(auth.SecretSession), ExpiresAt: now.Add(p.session), Device: signer.Device(client.Device, login)}
	session := &content.Session{ID: auth.HashSecret(s.Secret), AccountID: account.ID, CreatedAt: now, ExpiresAt: s.ExpiresAt}
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

// SessionNotKept is the [RefusedError] of a client that would lose its session: no cookie comes back to it, and it
// takes no token.
func SessionNotKept(chain []content.Locale) error {
	return refusal(chain, content.ProblemSessionNotKept, []string{}, messages.SessionNotKept)
}

// SignOut ends the actor's session; who has none is out already.
func (p *People) SignOut(ctx context.Context) error {
	actor := auth.ActorOf(ctx)
	if actor == nil || actor.Session == "" {
		return nil
	}
	return p.store.EndSession(ctx, actor.Session)
}

// ChangePassword gives the actor's own account another password, and ends its other
// sessions. It needs the old one; guessing that is slowed down as in signing in.
func (p *People) ChangePassword(ctx context.Context, chain []content.Locale, old, fresh string) (*content.Actor, error) {
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
	from := auth.Source{Client: actor.Session} // whoever guesses elsewhere holds nobody up here, and the other way round
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
	after, ok, err := p.store.ChangeAccount(ctx, account.ID, storage.AccountChange{Password: &hash, MustChangePassword: new(false)})
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errUnknown()
	}
	return actorOf(after, actor.Session), p.store.EndSessions(ctx, account.ID, actor.Session)
}
