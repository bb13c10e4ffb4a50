package cli

import (
	"context"
	"fmt"
	"strconv"

	"sen/internal/config"
)

// moveCommand moves the site to an empty MongoDB.
type moveCommand struct {
	Store    storeFlags    `embed:""`
	To       string        `required:"" placeholder:"MONGODB-URI" help:"Empty MongoDB database to move the site to, such as mongodb://a,b,c/sen?replicaSet=rs0."`
	Progress progressFlags `embed:""`
}

// Help returns the long help.
func (c *moveCommand) Help() string {
	return `The move copies settings with the signing key, entries, revisions, media, accounts and tokens. It does not copy
sessions, so people must sign in again, and resized pictures, which are made again. Stop the servers of the site first.
At the end the command compares both stores, table by table. Until then the new store is marked as unfinished, and no
server serves it. To repeat an interrupted move, run the same command again. The old store is not changed.`
}

// Run runs the command.
func (c *moveCommand) Run(ctx context.Context, o output) error {
	from, closeFrom, err := c.Store.open(ctx, o)
	if err != nil {
		return err
	}
	defer closeFrom()
	target := storeFlags{config.Store{MongoDBURI: c.To}}
	to, closeTo, err := target.openEmpty(ctx, o)
	if err != nil {
		return err
	}
	defer closeTo()
	if err := to.Fillable(ctx); err != nil {
		return fmt.Errorf("the store to move to: %w", err)
	}
	p := c.Progress.start(o.err)
	moved, err := from.Move(ctx, to, p.update)
	if err != nil {
		return err
	}
	rows := [][]string{{"TABLE", "DOCUMENTS", "SHA-256 IN BOTH"}}
	total := 0
	for _, m := range moved {
		total += m.Documents
		rows = append(rows, []string{m.Table, strconv.Itoa(m.Documents), m.SHA256})
	}
	if err := table(o.out, rows); err != nil {
		return err
	}
	p.total = total
	p.finish("moved and compared")
	return nil
}
