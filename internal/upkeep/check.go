// Package upkeep works on the whole site at once: it exports and imports archives, imports files, and checks the store.
package upkeep

import (
	"context"
	"fmt"
	"time"

	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/entries"
	"sen/internal/storage"
)

// Check finds inconsistencies in a store. With Mend it repairs them:
//
//   - it removes links to entries that don't exist, by a change of the entry;
//   - it moves one entry of each cycle to the top of its tree;
//   - it marks as committed, or removes, revisions that a crash left open;
//   - it claims slugs of entries, and releases slugs that no entry has;
//   - it computes outdated fields again that were taken over from other entries;
//   - it removes files that belong to no medium;
//   - it prepares texts again for the site's languages.
//
// Missing files can't be repaired.
func Check(ctx context.Context, store *storage.Store, o CheckOptions) error {
	if o.Now == nil {
		o.Now = store.Now
	}
	now := o.Now
	o.Now = func() time.Time { return now().UTC().Truncate(time.Millisecond) } // the store has milliseconds
	kinds := entries.Of(store)
	c := &checking{
		options: o, store: store, kinds: kinds, derived: derive.New(store, kinds), ids: map[content.ID]bool{},
		slugs: map[content.Kind]map[string]content.ID{}, public: map[string]bool{}, media: map[content.ID]bool{},
	}
	for _, kind := range content.Kinds() {
		ids, err := kinds[kind].IDs(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			c.ids[id] = true
		}
		c.slugs[kind] = map[string]content.ID{}
	}
	steps := []func(context.Context) error{
		c.revisions, c.forEachKind(c.cycles), c.forEachKind(c.entries), c.claims,
		c.files,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if !c.options.Mend {
		return nil
	}
	return c.store.Rekey(ctx, func(done int) { c.options.Progress("texts", done) })
}

// forEachKind returns a step that runs another step for each kind.
func (c *checking) forEachKind(step func(context.Context, entries.Collection) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, kind := range content.Kinds() {
			if err := step(ctx, c.kinds[kind]); err != nil {
				return err
			}
		}
		return nil
	}
}

func (c *checking) revisions(ctx context.Context) error {
	open, err := c.store.Open(ctx)
	for _, r := range open {
		if err == nil && c.options.Now().Sub(r.At) > time.Minute { // a newer one may belong to a running change
			err = c.report(Finding{
				What: "open revision", Where: string(r.Entry),
				About: fmt.Sprintf("%s, begun %s", r.Action, r.At.Format(time.RFC3339)), Mended: c.options.Mend,
			}, nil)
		}
	}
	if err == nil && c.options.Mend {
		_, _, err = c.store.Sweep(ctx, c.options.Now(), false)
	}
	return err
}
