package upkeep

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"

	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/entries"
	"sen/internal/people"
)

// entries checks every entry of a kind: it finds links to entries that don't exist, and outdated derived fields. It
// records the slugs and the media for the later steps.
func (c *checking) entries(ctx context.Context, of entries.Collection) error {
	done := 0
	find := map[content.Stage]content.Finder{}
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		find[stage] = c.derived.Finder(ctx, stage)
	}
	return of.Each(ctx, func(e *entries.Entry) error {
		done++
		c.options.Progress(string(of.Kind()), done)
		c.record(of.Kind(), e)
		if e.State == content.StateTrashed { // the entries it depends on may be deleted: restoring it repairs it
			return nil
		}
		if err := c.dangling(ctx, of, e); err != nil {
			return err
		}
		for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
			if err := c.outdated(ctx, of, e, stage, find[stage]); err != nil {
				return err
			}
		}
		return nil
	})
}

// record records the slugs of an entry, which of them readers see, and the media.
func (c *checking) record(kind content.Kind, e *entries.Entry) {
	for _, slug := range append(e.Draft.Common().Slugs(), e.PublicSlugs...) {
		c.slugs[kind][slug] = e.ID
	}
	if e.Live != nil {
		for _, slug := range e.Live.Common().Slugs() {
			c.public[slugName(kind, slug)] = true
		}
	}
	if kind == content.KindMedia {
		c.media[e.ID] = true
	}
}

// outdated finds outdated fields that a copy of an entry took over from others.
func (c *checking) outdated(
	ctx context.Context, of entries.Collection, e *entries.Entry, stage content.Stage, find content.Finder,
) error {
	copied := entries.At(e, stage)
	if copied == nil {
		return nil
	}
	fields, outdated, err := derive.Outdated(copied, find)
	if !outdated || err != nil {
		return err
	}
	f := Finding{What: "outdated", Where: string(e.ID), About: fmt.Sprintf("%s: what it took over from others", stage)}
	return c.report(f, func() error { return of.SetDerived(ctx, stage, map[content.ID]map[string]any{e.ID: fields}) })
}

// dangling finds the links of an entry to entries that don't exist.
func (c *checking) dangling(ctx context.Context, of entries.Collection, e *entries.Entry) error {
	gone := func(id content.ID) bool { return !c.ids[id] }
	var lost []content.ID
	for _, copied := range []content.Content{e.Draft, e.Live} {
		if copied == nil {
			continue
		}
		for _, id := range content.Links(copied) {
			if gone(id) && !slices.Contains(lost, id) {
				lost = append(lost, id)
			}
		}
	}
	if lost == nil {
		return nil
	}
	slices.Sort(lost)
	return c.report(Finding{What: "dangling link", Where: string(e.ID), About: fmt.Sprint(lost)}, func() error {
		return c.unlink(ctx, of, e, gone, gone)
	})
}

// unlink removes links from the copies of an entry, by a change of the entry.
func (c *checking) unlink(
	ctx context.Context, of entries.Collection, e *entries.Entry, fromDraft, fromLive func(content.ID) bool,
) error {
	after := *e
	after.Version, after.UpdatedAt, after.UpdatedBy = e.Version+1, c.options.Now(), people.Operator.Person()
	without := func(copied content.Content, gone func(content.ID) bool) content.Content {
		if copied == nil {
			return nil
		}
		fresh := content.Clone(copied)
		content.Unlink(fresh, gone)
		fresh.Common().Version = after.Version
		return fresh
	}
	after.Draft, after.Live = without(e.Draft, fromDraft), without(e.Live, fromLive)
	r := content.Revision{
		ID: "rev_" + strings.ToLower(rand.Text()), At: after.UpdatedAt, Action: content.ActionUpdate,
		By: people.Operator.Person(), Note: "sen check",
	}
	if err := of.Save(ctx, e, &after, r, after.UpdatedAt); err != nil {
		return err
	}
	*e = after
	return nil
}
