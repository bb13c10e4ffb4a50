package cli

import (
	"context"
	"fmt"

	"sen/internal/embedded"
)

// backupCommand copies the store of the embedded engine, also while a server uses it.
type backupCommand struct {
	Store    storeFlags    `embed:""`
	File     string        `arg:"" help:"File to write, such as site.db. It must not exist yet."`
	Progress progressFlags `embed:""`
}

// Help returns the long help.
func (c *backupCommand) Help() string {
	return `The copy is complete, even while a server uses the folder. docs/backup.md says how to restore it into an empty folder.
A MongoDB is backed up with its own tools.`
}

// Run runs the command.
func (c *backupCommand) Run(ctx context.Context, o output) error {
	if !c.Store.Embedded() {
		return fmt.Errorf(`a MongoDB is not backed up by sen. Use the snapshots of its host, or type
  mongodump --uri "$MONGODB_URI" --archive=%s --gzip
To have the site in a form that any store takes, type
  sen export --people site.jsonl`, c.File)
	}
	p := c.Progress.start(o.err)
	if err := embedded.Backup(ctx, c.Store.Data, c.File, func(done, _ int) { p.update("copied", done) }); err != nil {
		return err
	}
	if !c.Progress.Quiet {
		_, _ = fmt.Fprintf(o.err, "the store is copied to %s\n", c.File)
	}
	return nil
}
