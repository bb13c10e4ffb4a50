package cli

import (
	"context"
	"fmt"

	"sen/internal/embedded"
)

// backupCommand copies a store that is in use.
type backupCommand struct {
	Store storeFlags `embed:""`
	File  string     `arg:"" help:"File to write, such as site.db. It must not be there yet."`
	Told  told       `embed:""`
}

// Help says more than a line.
func (c *backupCommand) Help() string {
	return `The copy is whole, also while a server uses the folder. To use it, put it into an empty folder as docs/backup.md
tells. A MongoDB is backed up with its own tools.`
}

// Run is the command.
func (c *backupCommand) Run(ctx context.Context, o output) error {
	if !c.Store.Embedded() {
		return fmt.Errorf(`a MongoDB is not backed up by sen. Use the snapshots of its host, or type
  mongodump --uri "$MONGODB_URI" --archive=%s --gzip
To have the site in a form that any store takes, type
  sen export --people site.jsonl`, c.File)
	}
	p := c.Told.on(o.err)
	if err := embedded.Backup(ctx, c.Store.Data, c.File, func(done, _ int) { p.tell("copied", done) }); err != nil {
		return err
	}
	if !c.Told.Quiet {
		_, _ = fmt.Fprintf(o.err, "the store is copied to %s\n", c.File)
	}
	return nil
}
