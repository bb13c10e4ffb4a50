// Package upkeep has what is done with the whole site at once: export and import as an archive, import from files, and the
// check of the store.
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

// Finding is something in the store that does not fit together.
type Finding struct {
	// What sorts it: "cycle", "dangling link", "open revision", "unclaimed slug", "stray slug",
	// "leaking slug", "outdated", "missing file", "stray file".
	What string `json:"what"`
	// Where is the entry, the slug or the file.
	Where string `json:"where"`
	// About says more.
	About string `json:"about"`
	// Mended tells that it was put in order.
	Mended bool `json:"mended"`
}

// CheckOptions say how a store is checked.
type CheckOptions struct {
	// Mend puts in order what is found, where that can be done.
	Mend bool
	// Now tells the time; nil is the store's.
	Now func() time.Time
	// Found is told each finding.
	Found func(Finding)
	// Progress is told how many entries of a kind were checked.
	Progress Progress
}

// checking is one check of a whole store.
type checking struct {
	options CheckOptions
	store   *storage.Store
	kinds   entries.Kinds
	derived *derive.Deriver
	ids     map[content.ID]bool
	slugs   map[content.Kind]map[string]content.ID
	// public are the slugs that readers see, as the store names claims.
	public map[string]bool
	media  map[content.ID]bool
}

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

// tell reports a finding and mends it, where that is asked for and can be done.
func (c *checking) tell(f Finding, mend func() error) error {
	if c.options.Mend && mend != nil {
		if err := mend(); err != nil {
			return err
		}
		f.Mended = true
	}
	c.options.Found(f)
	return nil
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
