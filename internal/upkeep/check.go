// Package upkeep has what is done with the whole site at once: export and import as an archive, import from files, and
// the check of the store.
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

// Check looks for what does not fit together in a store. With Mend it puts it in order:
//   - links to what is not there are taken out, by a change of the entry;
//   - one entry of each circle in a tree is moved to the top;
//   - revisions that a crash left open are settled;
//   - slugs are claimed, or let go;
//   - what was taken over from other entries is worked out anew;
//   - files of no medium are removed;
//   - texts are prepared anew for the site's languages.
//
// Missing files can't be mended.
func Check(ctx context.Context, store *storage.Store, o CheckOptions) error {
	if o.Now == nil {
		o.Now = store.Now
	}
	now := o.Now
	o.Now = func() time.Time { return now().UTC().Truncate(time.Millisecond) } // as the store keeps it
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
	steps := []func(context.Context) error{c.revisions, c.ofKinds(c.cycles), c.ofKinds(c.entries), c.claims, c.files}
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

// ofKinds is a step for each kind.
func (c *checking) ofKinds(step func(context.Context, entries.Collection) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, kind := range content.Kinds() {
			if err := step(ctx, c.kinds[kind]); err != nil {
				return err
			}
		}
		return nil
	}
}

// revisions finds the revisions that a crash left open.
func (c *checking) revisions(ctx context.Context) error {
	open, err := c.store.Open(ctx)
	for _, r := range open {
		if err == nil && c.options.Now().Sub(r.At) > time.Minute { // a younger one may be under way
			err = c.tell(Finding{What: "open revision", Where: string(r.Entry), About: fmt.Sprintf("%s, begun %s", r.Action, r.At.Format(time.RFC3339)), Mended: c.options.Mend}, nil)
		}
	}
	if err == nil && c.options.Mend {
		_, _, err = c.store.Sweep(ctx, c.options.Now(), false)
	}
	return err
}
