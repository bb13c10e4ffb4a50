package newsroom

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sen/internal/content"
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

// checking is one run over the whole store.
type checking struct {
	*Newsroom
	mend     bool
	found    func(Finding)
	progress Progress
	ids      map[content.ID]bool
	slugs    map[content.Kind]map[string]content.ID
	// public are the slugs that readers see, as the store names claims.
	public map[string]bool
	media  map[content.ID]bool
}

// Check looks for what does not fit together in the store, and puts it in order with mend: links to
// what is not there are taken out by a change of the entry, one entry of each circle in a tree is taken
// to the top, revisions that a crash left open are settled, slugs are claimed or let go, what was taken over from other entries is worked
// out anew, files of no medium are removed, and texts are prepared anew for the site's languages. Missing
// files can't be mended.
func (n *Newsroom) Check(ctx context.Context, mend bool, found func(Finding), progress Progress) error {
	c := &checking{Newsroom: n, mend: mend, found: found, progress: progress, ids: map[content.ID]bool{}, slugs: map[content.Kind]map[string]content.ID{}, public: map[string]bool{}, media: map[content.ID]bool{}}
	for _, kind := range content.Kinds() {
		ids, err := n.desks[kind].IDs(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			c.ids[id] = true
		}
		c.slugs[kind] = map[string]content.ID{}
	}
	steps := []func(context.Context) error{c.revisions}
	for _, look := range []func(desk, context.Context, *checking) error{desk.cycles, desk.check} {
		for _, kind := range content.Kinds() {
			steps = append(steps, func(ctx context.Context) error { return look(n.desks[kind], ctx, c) })
		}
	}
	for _, step := range append(steps, c.claims, c.files) {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if !mend {
		return nil
	}
	return c.store.Rekey(ctx, func(done int) { progress("texts", done) })
}

// tell reports a finding and mends it, where that is asked for and can be done.
func (c *checking) tell(f Finding, mend func() error) error {
	if c.mend && mend != nil {
		if err := mend(); err != nil {
			return err
		}
		f.Mended = true
	}
	c.found(f)
	return nil
}

// revisions finds the revisions that a crash left open.
func (c *checking) revisions(ctx context.Context) error {
	open, err := c.store.Open(ctx)
	for _, r := range open {
		if err == nil && c.now().Sub(r.At) > time.Minute { // a younger one may be under way
			err = c.tell(Finding{What: "open revision", Where: string(r.Entry), About: fmt.Sprintf("%s, begun %s", r.Action, r.At.Format(time.RFC3339)), Mended: c.mend}, nil)
		}
	}
	if err == nil && c.mend {
		_, _, err = c.store.Sweep(ctx, c.now(), false)
	}
	return err
}

// check implements [desk].
func (d *kindDesk[T, F]) check(ctx context.Context, c *checking) error {
	done := 0
	find, findLive := d.n.finderAt(ctx, content.StageDraft), d.n.finderAt(ctx, content.StagePublished)
	gone := func(id content.ID) bool { return !c.ids[id] }
	return d.Each(ctx, func(e *content.Entry[T]) error {
		done++
		c.progress(string(d.Kind()), done)
		for _, slug := range append(content.As(e.Draft).Common().Slugs(), e.PublicSlugs...) {
			c.slugs[d.Kind()][slug] = e.ID
		}
		if !content.IsNil(e.Live) {
			for _, slug := range content.As(e.Live).Common().Slugs() {
				c.public[slugName(d.Kind(), slug)] = true
			}
		}
		if d.Kind() == content.KindMedia {
			c.media[e.ID] = true
		}
		if e.State == content.StateTrashed { // what it stood on may be deleted: restoring it puts it in order
			return nil
		}
		if err := d.dangling(ctx, c, e, gone); err != nil {
			return err
		}
		for _, part := range []struct {
			copied T
			stage  content.Stage
			find   content.Finder
		}{{e.Draft, content.StageDraft, find}, {e.Live, content.StagePublished, findLive}} {
			if content.IsNil(part.copied) {
				continue
			}
			is, stale, err := outdated(part.copied, part.find)
			if err != nil {
				return err
			}
			if !stale {
				continue
			}
			f := Finding{What: "outdated", Where: string(e.ID), About: fmt.Sprintf("%s: what it took over from others", part.stage)}
			mend := func() error { return d.SetDerived(ctx, part.stage, map[content.ID]map[string]any{e.ID: is}) }
			if err := c.tell(f, mend); err != nil {
				return err
			}
		}
		return nil
	})
}

// dangling finds the links of an entry to what is not there.
func (d *kindDesk[T, F]) dangling(ctx context.Context, c *checking, e *content.Entry[T], gone func(content.ID) bool) error {
	var lost []content.ID
	for _, copied := range []T{e.Draft, e.Live} {
		if content.IsNil(copied) {
			continue
		}
		for _, id := range content.Links(content.As(copied)) {
			if gone(id) && !slices.Contains(lost, id) {
				lost = append(lost, id)
			}
		}
	}
	if lost == nil {
		return nil
	}
	slices.Sort(lost)
	return c.tell(Finding{What: "dangling link", Where: string(e.ID), About: fmt.Sprint(lost)}, func() error {
		return d.unlink(ctx, e, gone, gone)
	})
}

// unlink takes links out of the copies of an entry, by a change of it.
func (d *kindDesk[T, F]) unlink(ctx context.Context, e *content.Entry[T], fromDraft, fromLive func(content.ID) bool) error {
	after := *e
	after.Version, after.UpdatedAt, after.UpdatedBy = e.Version+1, d.n.now(), Operator.Person()
	for _, part := range []struct {
		copied *T
		gone   func(content.ID) bool
	}{{&after.Draft, fromDraft}, {&after.Live, fromLive}} {
		if content.IsNil(*part.copied) {
			continue
		}
		fresh, err := d.clone(*part.copied)
		if err != nil {
			return err
		}
		content.Unlink(content.As(fresh), part.gone)
		content.As(fresh).Common().Version = after.Version
		*part.copied = fresh
	}
	w := &work{Newsroom: d.n, actor: Operator, Change: Change{Action: content.ActionUpdate, Note: "sen check"}}
	if err := w.begin(); err != nil {
		return err
	}
	if err := d.Save(ctx, e, &after, w.entry(after.UpdatedAt), after.UpdatedAt); err != nil {
		return err
	}
	*e = after
	return nil
}

// slugName names a slug in a finding.
func slugName(kind content.Kind, slug string) string { return string(kind) + ":" + slug }

// claims finds slugs that entries have and nobody claims, claims of what has them not, and those that
// are called public and that readers don't see.
func (c *checking) claims(ctx context.Context) error {
	type wrong struct {
		Finding
		mend func() error
	}
	var found []wrong
	err := c.store.Claims(ctx, func(kind content.Kind, slug string, entry content.ID, at time.Time, public bool) error {
		where := slugName(kind, slug)
		holder := c.slugs[kind][slug]
		if holder == entry {
			delete(c.slugs[kind], slug)
			if public && !c.public[where] {
				found = append(found, wrong{Finding{What: "leaking slug", Where: where, About: "readers don't see it, but can filter by it"}, func() error {
					return c.store.Claim(ctx, kind, slug, entry, at)
				}})
			}
		} else if holder == "" && c.now().Sub(at) > time.Minute { // else a write may be about to give it one
			found = append(found, wrong{Finding{What: "stray slug", Where: where, About: "no entry has it"}, func() error {
				return c.store.Claim(ctx, kind, slug, "", c.now())
			}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range found {
		if err := c.tell(f.Finding, f.mend); err != nil {
			return err
		}
	}
	for _, kind := range content.Kinds() {
		for _, slug := range slices.Sorted(maps.Keys(c.slugs[kind])) {
			id := c.slugs[kind][slug]
			f := Finding{What: "unclaimed slug", Where: slugName(kind, slug), About: "of " + string(id)}
			if err := c.tell(f, func() error { return c.store.Claim(ctx, kind, slug, id, c.now()) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// files finds media without their files, and files of no medium.
func (c *checking) files(ctx context.Context) error {
	var stray []content.ID
	err := c.store.Files(ctx, func(id content.ID, name string, _ int64) error {
		if !c.ids[id] && !slices.Contains(stray, id) {
			stray = append(stray, id)
		}
		if string(id) == name {
			delete(c.media, id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range stray {
		if err := c.tell(Finding{What: "stray file", Where: string(id), About: "its medium is gone"}, func() error { return c.store.DeleteFiles(ctx, id) }); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.media)) {
		if err := c.tell(Finding{What: "missing file", Where: string(id), About: "upload it again"}, nil); err != nil {
			return err
		}
	}
	return nil
}
