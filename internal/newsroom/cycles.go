package newsroom

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"sen/internal/content"
)

// cycles finds entries that stand below themselves, in the tree of drafts or of published
// copies. To mend it, the one with the lowest id of each circle goes to the top of its tree.
func (d *kindDesk[T, F]) cycles(ctx context.Context, c *checking) error {
	if !d.Kind().Descriptor().Tree {
		return nil
	}
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		parents := map[content.ID]content.ID{}
		err := d.Each(ctx, func(e *content.Entry[T]) error {
			if copied := at(e, stage); !content.IsNil(copied) {
				parents[e.ID] = content.As(copied).ParentLink()
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(parents)) {
			circle := circleOf(id, parents)
			if circle == nil || id != slices.Min(circle) {
				continue
			}
			f := Finding{What: "cycle", Where: string(id), About: fmt.Sprintf("%s: below itself by %v", stage, circle[1:])}
			if err := c.tell(f, func() error { return d.raise(ctx, id, stage, parents) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// circleOf is an entry with what stands above it up to itself; nil when it does not stand below
// itself.
func circleOf(id content.ID, parents map[content.ID]content.ID) (circle []content.ID) {
	for at := id; !slices.Contains(circle, at); at = parents[at] {
		if circle = append(circle, at); parents[at] == id {
			return circle
		}
	}
	return nil
}

// raise takes an entry to the top of a tree.
func (d *kindDesk[T, F]) raise(ctx context.Context, id content.ID, stage content.Stage, parents map[content.ID]content.ID) error {
	e, ok, err := d.Entry(ctx, id)
	if !ok || err != nil {
		return err
	}
	above, none := func(link content.ID) bool { return link == parents[id] }, func(content.ID) bool { return false }
	if stage == content.StageDraft {
		err = d.unlink(ctx, e, above, none)
	} else {
		err = d.unlink(ctx, e, none, above)
	}
	if err == nil {
		parents[id] = ""
	}
	return err
}

// at is the copy of an entry that is seen at a stage; nil when there is none.
func at[T any](e *content.Entry[T], stage content.Stage) T {
	if stage == content.StageDraft {
		return e.Draft
	}
	return e.Live
}
