package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/people"
)

// tokenCommand lets programs in.
type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make a token, and print its secret: this once, it is not kept."`
	List   tokenList   `cmd:"" help:"List the tokens, without their secrets."`
	Revoke tokenRevoke `cmd:"" help:"End a token at once."`
}

type tokenCreate struct {
	Store     storeFlags    `embed:""`
	Name      string        `required:"" help:"What the token is for."`
	Role      string        `required:"" enum:"reader,writer,editor,admin" help:"What it may do: reader, writer, editor or admin."`
	Kinds     []string      `help:"Kinds of content that it is for, such as Article,Event; all without it."`
	Actions   []string      `help:"Actions that it is for, such as READ,CREATE; all of the role without it."`
	ExpiresIn time.Duration `help:"How long it is good, such as 720h; until it is revoked without it."`
}

// Run is the command.
func (c *tokenCreate) Run(ctx context.Context, o output) error {
	n := people.NewToken{Name: c.Name, Role: content.Role(strings.ToUpper(c.Role))}
	var err error
	if n.Kinds, err = named("kind", c.Kinds, content.Kinds()); err != nil {
		return err
	}
	if n.Actions, err = named("action", c.Actions, content.Actions()); err != nil {
		return err
	}
	if c.ExpiresIn < 0 {
		return fmt.Errorf("--expires-in must be more than 0")
	}
	return c.Store.asOperator(ctx, o, func(ctx context.Context, p *people.People) error {
		if c.ExpiresIn > 0 {
			n.ExpiresAt = new(p.Now().Add(c.ExpiresIn))
		}
		token, secret, err := p.CreateToken(ctx, nil, n)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(o.err, "The token %s was made. Keep its secret, it is not shown again:\n", token.ID)
		_, _ = fmt.Fprintln(o.out, secret)
		return nil
	})
}

// named finds the values with some names, in capitals or not.
func named[E ~string](what string, names []string, known []E) (found []E, err error) {
next:
	for _, name := range names {
		for _, k := range known {
			if strings.EqualFold(name, string(k)) {
				found = append(found, k)
				continue next
			}
		}
		return nil, fmt.Errorf("%q is no %s; there are %v", name, what, known)
	}
	return found, nil
}

type tokenList struct {
	Store storeFlags `embed:""`
}

// Run is the command.
func (c *tokenList) Run(ctx context.Context, o output) error {
	return c.Store.asOperator(ctx, o, func(ctx context.Context, p *people.People) error {
		tokens, err := p.Tokens(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "NAME", "ROLE", "KINDS", "ACTIONS", "CREATED", "LAST USED", "STATE"}}
		for _, t := range tokens {
			used, state := "never", "good"
			if t.LastUsedAt != nil {
				used = day(*t.LastUsedAt)
			}
			switch {
			case t.RevokedAt != nil:
				state = "revoked " + day(*t.RevokedAt)
			case t.ExpiresAt != nil && !t.ExpiresAt.After(p.Now()):
				state = "expired " + day(*t.ExpiresAt)
			case t.ExpiresAt != nil:
				state = "until " + day(*t.ExpiresAt)
			}
			rows = append(rows, []string{t.ID, t.Name, string(t.Role), narrowing(t.Kinds), narrowing(t.Actions), day(t.CreatedAt), used, state})
		}
		return table(o.out, rows)
	})
}

// narrowing is a list of a token as a list shows it.
func narrowing[E ~string](list []E) string {
	if list == nil {
		return "all"
	}
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = string(e)
	}
	return strings.Join(names, ",")
}

type tokenRevoke struct {
	Store storeFlags `embed:""`
	ID    string     `arg:"" help:"The token's id, as the list shows it."`
}

// Run is the command.
func (c *tokenRevoke) Run(ctx context.Context, o output) error {
	return c.Store.asOperator(ctx, o, func(ctx context.Context, p *people.People) error {
		token, err := p.RevokeToken(ctx, nil, c.ID)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(o.err, "The token %s (%s) opens nothing any more.\n", token.ID, token.Name)
		return nil
	})
}
