// Package cli holds the commands of the program, one file each.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands lists the subcommands of `sen`. Without a subcommand `sen` serves.
type commands struct {
	Serve  serveCommand  `cmd:"" default:"withargs" help:"Serve the API (the default)."`
	Export exportCommand `cmd:"" help:"Write the whole site, with media and revisions, as JSON Lines."`
	Import importCommand `cmd:"" help:"Put the site of an export into an empty store, or into one that an import before has left unfinished."`
	Move   moveCommand   `cmd:"" help:"Move the site to an empty MongoDB, and compare both at the end."`
	Backup backupCommand `cmd:"" help:"Copy the embedded engine's store to a file while it is in use."`
	Check  checkCommand  `cmd:"" help:"Look for inconsistent data in the store; exits 1 when something was found and not mended."`
	Health healthCommand `cmd:"" help:"Report whether the server on this machine is ready; exits 1 when it is not."`
	Admin  adminCommand  `cmd:"" help:"Create and list accounts, and reset passwords."`
	Token  tokenCommand  `cmd:"" help:"Create, list and revoke the tokens of programs."`
}

// output holds the streams that commands write to.
type output struct{ out, err io.Writer }

// exit carries the exit status through the panic that leaves the parser.
type exit int

// Main runs the program with its arguments and returns its exit status.
func Main(args []string, stdout, stderr io.Writer) (status int) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case exit:
			status = int(cause)
		default:
			panic(cause)
		}
	}()
	var c commands
	parser, err := kong.New(&c, kong.Name("sen"),
		kong.Description("Sen is a GraphQL content platform: articles, authors, events and awards, from MongoDB."),
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { panic(exit(code)) }), kong.UsageOnError(), kong.Help(help))
	if err != nil {
		panic(err) // the commands are constants
	}
	run, err := parser.Parse(args)
	parser.FatalIfErrorf(err)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run.BindTo(ctx, (*context.Context)(nil))
	if err := run.Run(output{stdout, stderr}); err != nil && !errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintln(stderr, "sen:", err)
		return 1
	}
	return 0
}

// help prints the help of a command. The help of the program also lists the settings of `serve`, because `sen` alone
// serves.
func help(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil || ctx.Selected() != nil {
		return err
	}
	serving, err := kong.Trace(ctx.Kong, []string{"serve"})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(ctx.Stdout)
	return kong.DefaultHelpPrinter(o, serving)
}
