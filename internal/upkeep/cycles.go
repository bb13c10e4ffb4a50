package upkeep

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"sen/internal/content"
	"sen/internal/entries"
)

// cycles finds entries that are their own ancestors, in the tree of drafts or of published copies. To repair a cycle,
// it moves the entry with the lowest id to the top of the tree.
func (c *checking) cycles(ctx context.Context, of entries.Collection) error {
	if !of.Kind().Descriptor().Tree {
		return nil
	}
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		parents := map[content.ID]content.ID{}
		err := of.Each(ctx, func(e *entries.Entry) error {
			if copied := entries.At(e, stage); copied != nil {
				parents[e.ID] = copied.ParentLink()
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(parents)) {
			cycle := cycleOf(id, parents)
			if cycle == nil || id != slices.Min(cycle) {
				continue
			}
			f := Finding{
				What: "cycle", Where: string(id),
				About: fmt.Sprintf("%s: its own ancestor through %v", stage, cycle[1:]),
			}
			if err := c.report(f, func() error { return c.moveToTop(ctx, of, id, stage, parents) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// cycleOf returns an entry and its ancestors up to itself; nil if the entry is not its own ancestor.
func cycleOf(id content.ID, parents map[content.ID]content.ID) (cycle []content.ID) {
	for at := id; !slices.Contains(cycle, at); at = parents[at] {
		if cycle = append(cycle, at); parents[at] == id {
			return cycle
		}
	}
	return nil
}

// moveToTop moves an entry to the top of its tree.
func (c *checking) moveToTop(
	ctx context.Context, of entries.Collection, id content.ID, stage content.Stage, parents map[content.ID]content.ID,
) error {
	e, ok, err := of.Entry(ctx, id)
	if !ok || err != nil {
		return err
	}
	above, none := func(link content.ID) bool { return link == parents[id] }, func(content.ID) bool { return false }
	if stage == content.StageDraft {
		err = c.unlink(ctx, of, e, above, none)
	} else {
		err = c.unlink(ctx, of, e, none, above)
	}
	if err == nil {
		parents[id] = ""
	}
	return err
}
