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

// exportCommand writes the site to a file.
type exportCommand struct {
	Store  storeFlags `embed:""`
	File   string     `arg:"" help:"File to write, such as site.jsonl; - for the standard output."`
	People bool       `help:"Take accounts, with the hashes of their passwords, and tokens along."`
	Told   told       `embed:""`
}

// Run is the command.
func (c *exportCommand) Run(ctx context.Context, o output) (err error) {
	store, closeStore, err := c.Store.open(ctx, o)
	if err != nil {
		return err
	}
	defer closeStore()
	to, finish := o.out, func() error { return nil }
	if c.File != "-" {
		// It has its name only when it is whole.
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
	p := c.Told.on(o.err)
	if err := upkeep.Export(ctx, store, to, c.People, p.tell); err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	p.end("exported")
	return nil
}

// importCommand reads a site from a file.
type importCommand struct {
	Store storeFlags `embed:""`
	File  string     `arg:"" help:"File that sen export wrote; - for the standard input."`
	Told  told       `embed:""`
}

// Run is the command.
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
	p := c.Told.on(o.err)
	if err := upkeep.Restore(ctx, store, file, c.Told.on(o.err).tell, p.tell); err != nil {
		return err
	}
	p.end("imported")
	return nil
}

// input opens the file. The standard input is kept in a temporary one: it is read twice.
func (c *importCommand) input() (*os.File, error) {
	if c.File != "-" {
		return os.Open(c.File)
	}
	sweepTemporary(os.TempDir())
	file, err := os.CreateTemp("", "sen-import-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // it goes when it is closed
	if _, err := io.Copy(file, os.Stdin); err != nil {
		return nil, fmt.Errorf("read the standard input: %w", err)
	}
	_, err = file.Seek(0, io.SeekStart)
	return file, err
}

// told says how progress of long work is told.
type told struct {
	Quiet    bool          `short:"q" help:"Tell no progress."`
	Progress time.Duration `help:"How often to tell how far the work has come; with 0, of each document." default:"2s"`
}

func (t told) on(to io.Writer) *progress {
	now := time.Now()
	return &progress{told: t, to: to, began: now, last: now}
}

// progress tells how far long work has come.
type progress struct {
	told
	to           io.Writer
	began, last  time.Time
	total        int
	part         string
	inPart, base int
}

// tell implements upkeep.Progress. No documents stand for indexes.
func (p *progress) tell(part string, done int) {
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
		_, _ = fmt.Fprintf(p.to, "%s: %d; %d in all, %.0f a second\n", part, done, p.total, float64(p.total)/now.Sub(p.began).Seconds())
	}
	p.last = now
}

// end tells what was done in all.
func (p *progress) end(what string) {
	if !p.Quiet {
		_, _ = fmt.Fprintf(p.to, "%s %d documents in %s\n", what, p.total, time.Since(p.began).Round(time.Millisecond))
	}
}
