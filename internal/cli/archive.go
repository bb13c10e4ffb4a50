package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sen/internal/upkeep"
)

// exportCommand writes the whole site to a file.
type exportCommand struct {
	Store    storeFlags    `embed:""`
	File     string        `arg:"" help:"File to write, such as site.jsonl; - for the standard output."`
	People   bool          `help:"Include accounts with the hashes of their passwords, and tokens."`
	Progress progressFlags `embed:""`
}

// Run runs the command.
func (c *exportCommand) Run(ctx context.Context, o output) (err error) {
	store, closeStore, err := c.Store.open(ctx, o)
	if err != nil {
		return err
	}
	defer closeStore()
	to, finish := o.out, func() error { return nil }
	if c.File != "-" {
		// The file gets its final name only when it is complete.
		sweepTemporary(filepath.Dir(c.File))
		file, err := os.CreateTemp(filepath.Dir(c.File), ".sen-export-*")
		if err != nil {
			return fmt.Errorf("make the file: %w", err)
		}
		defer func() { _ = os.Remove(file.Name()) }()
		to, finish = file, func() error {
			if err := errors.Join(file.Sync(), file.Close()); err != nil {
				return err
			}
			return os.Rename(file.Name(), c.File)
		}
	}
	p := c.Progress.start(o.err)
	if err := upkeep.Export(ctx, store, to, c.People, p.update); err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	p.finish("exported")
	return nil
}

// importCommand fills an empty store from an export file.
type importCommand struct {
	Store    storeFlags    `embed:""`
	File     string        `arg:"" help:"File that sen export wrote; - for the standard input."`
	Progress progressFlags `embed:""`
}

// Run runs the command.
func (c *importCommand) Run(ctx context.Context, o output) error {
	file, err := c.input()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	store, closeStore, err := c.Store.openEmpty(ctx, o)
	if err != nil {
		return err
	}
	defer closeStore()
	p := c.Progress.start(o.err)
	if err := upkeep.Restore(ctx, store, file, c.Progress.start(o.err).update, p.update); err != nil {
		return err
	}
	p.finish("imported")
	return nil
}

// input opens the file. Standard input is copied to a temporary file, because the import reads its input twice.
func (c *importCommand) input() (*os.File, error) {
	if c.File != "-" {
		return os.Open(c.File)
	}
	sweepTemporary(os.TempDir())
	file, err := os.CreateTemp("", "sen-import-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // the system deletes the file when it is closed
	if _, err := io.Copy(file, os.Stdin); err != nil {
		return nil, fmt.Errorf("read the standard input: %w", err)
	}
	_, err = file.Seek(0, io.SeekStart)
	return file, err
}

// progressFlags holds the flags for the progress messages of long work.
type progressFlags struct {
	Quiet    bool          `short:"q" help:"Print no progress."`
	Progress time.Duration `help:"Interval of the progress messages; 0 prints one for each document." default:"2s"`
}

func (f progressFlags) start(to io.Writer) *progress {
	now := time.Now()
	return &progress{progressFlags: f, to: to, began: now, last: now}
}

// progress prints how far long work has come.
type progress struct {
	progressFlags
	to           io.Writer
	began, last  time.Time
	total        int
	part         string
	inPart, base int
}

// update implements upkeep.Progress. done is 0 while indexes are built.
func (p *progress) update(part string, done int) {
	if part != p.part {
		p.base += p.inPart
		p.part = part
	}
	p.inPart = done
	p.total = p.base + done
	now := time.Now()
	switch {
	case p.Quiet || now.Sub(p.last) < p.Progress:
		return
	case done == 0:
		_, _ = fmt.Fprintf(p.to, "%s are made; %d in all\n", part, p.total)
	default:
		_, _ = fmt.Fprintf(p.to, "%s: %d; %d in all, %.0f a second\n", part, done, p.total,
			float64(p.total)/now.Sub(p.began).Seconds())
	}
	p.last = now
}

// finish prints the total.
func (p *progress) finish(what string) {
	if !p.Quiet {
		_, _ = fmt.Fprintf(p.to, "%s %d documents in %s\n", what, p.total, time.Since(p.began).Round(time.Millisecond))
	}
}
