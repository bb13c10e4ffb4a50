package upkeep

import (
	"context"
	"maps"
	"slices"
	"time"

	"sen/internal/content"
)

// slugName returns the name of a slug in a finding.
func slugName(kind content.Kind, slug string) string { return string(kind) + ":" + slug }

// claims finds slugs of entries that are not claimed, claimed slugs that no entry has, and slugs that are marked as
// public although readers don't see them.
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
				found = append(found,
					wrong{
						Finding{What: "leaking slug", Where: where, About: "readers don't see it, but can filter by it"},
						func() error {
							return c.store.Claim(ctx, kind, slug, entry, at)
						},
					})
			}
		} else if holder == "" && c.options.Now().Sub(at) > time.Minute { // a newer claim may belong to a running change
			found = append(found, wrong{Finding{What: "stray slug", Where: where, About: "no entry has it"}, func() error {
				return c.store.Claim(ctx, kind, slug, "", c.options.Now())
			}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range found {
		if err := c.report(f.Finding, f.mend); err != nil {
			return err
		}
	}
	for _, kind := range content.Kinds() {
		for _, slug := range slices.Sorted(maps.Keys(c.slugs[kind])) {
			id := c.slugs[kind][slug]
			f := Finding{What: "unclaimed slug", Where: slugName(kind, slug), About: "of " + string(id)}
			if err := c.report(f, func() error { return c.store.Claim(ctx, kind, slug, id, c.options.Now()) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// files finds media without their files, and files that belong to no medium.
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
		if err := c.report(Finding{What: "stray file", Where: string(id), About: "its medium is gone"},
			func() error { return c.store.DeleteFiles(ctx, id) }); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.media)) {
		if err := c.report(Finding{What: "missing file", Where: string(id), About: "upload it again"}, nil); err != nil {
			return err
		}
	}
	return nil
}
