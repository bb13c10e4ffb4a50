package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/people"
)

// adminCommand manages accounts on behalf of the operator.
type adminCommand struct {
	Create        adminCreate        `cmd:"" help:"Create an administrator. Prints a one-time password, unless one is given."`
	List          adminList          `cmd:"" help:"List the accounts."`
	ResetPassword adminResetPassword `cmd:"" help:"Give an account a new password, and end its sessions. Prints a one-time password, unless one is given."`
}

// asOperator opens the store and runs a command on its accounts as the operator.
func (f *storeFlags) asOperator(ctx context.Context, o output, do func(context.Context, *people.People) error) error {
	store, closeStore, err := f.open(ctx, o)
	if err != nil {
		return err
	}
	defer closeStore()
	return do(auth.WithActor(ctx, people.Operator), people.New(store, people.Options{}))
}

// passwordFlags say where the password of an account comes from.
type passwordFlags struct {
	PasswordStdin bool `help:"Read the password from the first line of standard input, to keep it off the command line."`
}

// read returns the password from standard input. "" means that a random one must be made.
func (f *passwordFlags) read(in io.Reader) (string, error) {
	if !f.PasswordStdin {
		return "", nil
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", fmt.Errorf("standard input has no password on its first line")
	}
	return line, nil
}

// printDone prints a message to standard error. If a one-time password was made, it prints it alone on a line of
// standard output.
func printDone(o output, made, format string, args ...any) {
	_, _ = fmt.Fprintf(o.err, format+"\n", args...)
	if made != "" {
		_, _ = fmt.Fprintln(o.err, "It must be changed at the first sign-in. The one-time password is:")
		_, _ = fmt.Fprintln(o.out, made)
	}
}

type adminCreate struct {
	Store    storeFlags    `embed:""`
	Login    string        `required:"" help:"Login of the person: an e-mail address or a name."`
	Name     string        `required:"" help:"Name that colleagues see."`
	Password passwordFlags `embed:""`
}

// Run runs the command.
func (c *adminCreate) Run(ctx context.Context, o output) error {
	password, err := c.Password.read(os.Stdin)
	if err != nil {
		return err
	}
	return c.Store.asOperator(ctx, o, func(ctx context.Context, p *people.People) error {
		account, made,
			err := p.CreateAccount(ctx, nil,
			people.NewAccount{Login: c.Login, Name: c.Name, Role: content.RoleAdmin, Password: password})
		if err != nil {
			return err
		}
		printDone(o, made, "The administrator %s was made.", account.Login)
		return nil
	})
}

type adminResetPassword struct {
	Store    storeFlags    `embed:""`
	Login    string        `required:"" help:"Login of the person."`
	Password passwordFlags `embed:""`
}

// Run runs the command.
func (c *adminResetPassword) Run(ctx context.Context, o output) error {
	password, err := c.Password.read(os.Stdin)
	if err != nil {
		return err
	}
	return c.Store.asOperator(ctx, o, func(ctx context.Context, p *people.People) error {
		account, err := p.AccountByLogin(ctx, c.Login)
		if err != nil {
			return err
		}
		_, made, err := p.UpdateAccount(ctx, nil, account.ID, people.AccountUpdate{Password: &password})
		if err != nil {
			return err
		}
		printDone(o, made, "%s has a new password.", account.Login)
		return nil
	})
}

type adminList struct {
	Store storeFlags `embed:""`
}

// Run runs the command.
func (c *adminList) Run(ctx context.Context, o output) error {
	return c.Store.asOperator(ctx, o, func(ctx context.Context, p *people.People) error {
		accounts, err := p.Accounts(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"LOGIN", "NAME", "ROLE", "CREATED", "STATE"}}
		for _, a := range accounts {
			state := "enabled"
			switch {
			case a.DisabledAt != nil:
				state = "disabled since " + day(*a.DisabledAt)
			case a.MustChangePassword:
				state = "one-time password"
			}
			rows = append(rows, []string{a.Login, a.Name, string(a.Role), day(a.CreatedAt), state})
		}
		return table(o.out, rows)
	})
}

// day formats the date of a time for a list.
func day(t time.Time) string { return t.Local().Format(time.DateOnly) }

// table prints rows in columns. The first row holds the headings.
func table(w io.Writer, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}
