package graph

import (
	"errors"

	"sen/graph/scalar"
	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/people"
)

func registerPeople(r *Resolver) {
	r.relate("Query", map[string]relation{
		"viewer": {answer: func(c *call, _ any) (any, error) {
			if c.rq.actor == nil {
				return nil, nil
			}
			return c.rq.actor, nil
		}},
		"accounts": {answer: func(c *call, _ any) (any, error) { return r.people.Accounts(c.ctx) }},
		"tokens":   {answer: func(c *call, _ any) (any, error) { return r.people.Tokens(c.ctx) }},
	})
	r.relate("Viewer", map[string]relation{
		"role": {answer: func(_ *call, obj any) (any, error) {
			if role := obj.(*content.Actor).Role; role != "" {
				return &role, nil
			}
			return nil, nil
		}},
		"may": {answer: func(_ *call, obj any) (any, error) { return people.Permissions(obj.(*content.Actor)), nil }},
	})
	r.relate("Mutation", map[string]relation{
		"signIn":         mutation(r.signIn),
		"signOut":        mutation(r.signOut),
		"changePassword": mutation(r.changePassword),
		"createAccount":  mutation(r.createAccount),
		"updateAccount":  mutation(r.updateAccount),
		"createToken":    mutation(r.createToken),
		"revokeToken":    mutation(r.revokeToken),
	})
}

// problemsOf returns the problems of a refused change. Any other error is returned as an error.
func problemsOf(err error) ([]*content.Problem, error) {
	refusal := new(people.RefusedError)
	if !errors.As(err, &refusal) {
		return []*content.Problem{}, err
	}
	return problemList(refusal.Problems), nil
}

// problemList returns problems in the form that payloads have.
func problemList(problems []content.Problem) []*content.Problem {
	list := make([]*content.Problem, len(problems))
	for i := range problems {
		list[i] = &problems[i]
	}
	return list
}

func (r *Resolver) signIn(c *call) (any, error) {
	login, password := deref(argument[string](c, "login")), deref(argument[string](c, "password"))
	var in *people.SignedIn
	var err error
	if auth.ClientOf(c.ctx).Forgetful && !c.selects("SignInPayload", "token") {
		err = people.SessionNotKept(scalar.Chain(c.ctx))
	} else {
		in, err = r.people.SignIn(c.ctx, scalar.Chain(c.ctx), login, password, auth.AddressOf(c.ctx))
	}
	problems, err := problemsOf(err)
	if err != nil || len(problems) > 0 {
		return &SignInPayload{UserErrors: problems, Notices: []*content.Problem{}}, err
	}
	auth.SetSession(c.ctx, auth.Session{Secret: in.Secret, Expires: in.ExpiresAt, Device: in.Device})
	return &SignInPayload{
		Viewer: in.Actor, Token: &in.Secret, ExpiresAt: &in.ExpiresAt, UserErrors: problems,
		Notices: problemList(in.Notices),
	}, nil
}

func (r *Resolver) signOut(c *call) (any, error) {
	err := r.people.SignOut(c.ctx)
	if err == nil {
		auth.SetSession(c.ctx, auth.Session{})
	}
	return &SignOutPayload{UserErrors: []*content.Problem{}}, err
}

func (r *Resolver) changePassword(c *call) (any, error) {
	actor, err := r.people.ChangePassword(c.ctx, scalar.Chain(c.ctx), deref(argument[string](c, "password")),
		deref(argument[string](c, "newPassword")))
	problems, err := problemsOf(err)
	return &ChangePasswordPayload{Viewer: actor, UserErrors: problems}, err
}

func (r *Resolver) createAccount(c *call) (any, error) {
	input := deref(argument[AccountInput](c, "input"))
	return accountPayload(r.people.CreateAccount(c.ctx, scalar.Chain(c.ctx), people.NewAccount{
		Login: input.Login, Name: input.Name, Role: input.Role, Password: deref(input.Password),
	}))
}

func (r *Resolver) updateAccount(c *call) (any, error) {
	input := deref(argument[AccountChange](c, "input"))
	return accountPayload(r.people.UpdateAccount(c.ctx, scalar.Chain(c.ctx), string(deref(argument[content.ID](c, "id"))),
		people.AccountUpdate{
			Name: input.Name, Role: input.Role, Disabled: input.Disabled, Password: input.Password,
		}))
}

func accountPayload(account *content.Account, password string, err error) (any, error) {
	problems, err := problemsOf(err)
	return &AccountPayload{Account: account, Password: optionalText(password), UserErrors: problems}, err
}

func (r *Resolver) createToken(c *call) (any, error) {
	input := deref(argument[TokenInput](c, "input"))
	token, secret, err := r.people.CreateToken(c.ctx, scalar.Chain(c.ctx), people.NewToken{
		Name: input.Name, Role: input.Role, Kinds: input.Kinds, Actions: input.Actions, ExpiresAt: input.ExpiresAt,
	})
	problems, err := problemsOf(err)
	return &TokenPayload{Token: token, Secret: optionalText(secret), UserErrors: problems}, err
}

func (r *Resolver) revokeToken(c *call) (any, error) {
	token, err := r.people.RevokeToken(c.ctx, scalar.Chain(c.ctx), string(deref(argument[content.ID](c, "id"))))
	problems, err := problemsOf(err)
	return &TokenPayload{Token: token, UserErrors: problems}, err
}

// optionalText returns nil for an empty text, which is then null in the answer.
func optionalText(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
