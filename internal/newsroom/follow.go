package newsroom

import (
	"context"
	"fmt"
	"slices"

	"sen/internal/content"
	"sen/internal/storage"
)

// follow brings up to date what other entries took over from one that was changed: the
// ancestors of what stands below it in a tree, the breadcrumbs of articles, the year,
// level and series of a round's awards. These are no changes of those entries and make no
// revisions of them.
func (n *Newsroom) follow(ctx context.Context, before, after any) error {
	switch b := before.(type) {
	case *content.Entry[content.Section]:
		a := after.(*content.Entry[content.Section])
		parent := func(s *content.Section) any { return s.ParentID }
		return eachChanged(b, a, parent, func(stage content.Stage) error {
			below, err := below(ctx, n, n.store.Sections, a.ID, stage)
			if err != nil {
				return err
			}
			return rederive(ctx, n, n.store.Articles, stage, "section", append(below, a.ID))
		})
	case *content.Entry[content.Organization]:
		a := after.(*content.Entry[content.Organization])
		parent := func(o *content.Organization) any { return o.ParentID }
		return eachChanged(b, a, parent, func(stage content.Stage) error {
			_, err := below(ctx, n, n.store.Organizations, a.ID, stage)
			return err
		})
	case *content.Entry[content.AwardRound]:
		a := after.(*content.Entry[content.AwardRound])
		shared := func(r *content.AwardRound) any { return []any{r.SeriesID, r.Year, r.Level} }
		return eachChanged(b, a, shared, func(stage content.Stage) error {
			return rederive(ctx, n, n.store.Awards, stage, "round", []content.ID{a.ID})
		})
	}
	return nil
}

// eachChanged calls do for each stage at which a part of an entry has changed.
func eachChanged[T any](before, after *content.Entry[T], part func(*T) any, do func(content.Stage) error) error {
	changed := func(was, is *T) bool {
		return was != is && is != nil && (was == nil || !equal(part(was), part(is)))
	}
	if changed(before.Draft, after.Draft) {
		if err := do(content.StageDraft); err != nil {
			return err
		}
	}
	if changed(before.Live, after.Live) {
		return do(content.StagePublished)
	}
	return nil
}

func equal(a, b any) bool {
	as, ok := a.([]any)
	if !ok {
		return a == b
	}
	return slices.Equal(as, b.([]any))
}

// below brings the ancestors of what stands below an entry up to date, and lists it.
func below[T, F any](ctx context.Context, n *Newsroom, c *storage.Collection[T, F], id content.ID, stage content.Stage) ([]content.ID, error) {
	ids, err := c.Linking(ctx, stage, "ancestors", []content.ID{id})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return ids, rederive(ctx, n, c, stage, "ancestors", []content.ID{id})
}

// rederive works out anew what the entries that link to some others took over from them, until nothing
// is left to do: while it writes, they and what they stand on may change.
func rederive[T, F any](ctx context.Context, n *Newsroom, c *storage.Collection[T, F], stage content.Stage, field string, to []content.ID) error {
	for try, again := 0, true; again && try < attempts; try++ {
		again = false
		ids, err := c.Linking(ctx, stage, field, to)
		if err != nil {
			return err
		}
		find := remembering(n.finderAt(ctx, stage))
		for some := range slices.Chunk(ids, 500) {
			found, err := c.ByIDs(ctx, some, stage, c.StoredFields())
			if err != nil {
				return err
			}
			for id, e := range found {
				is, stale, err := outdated(e, find)
				if err == nil && stale {
					again = true
					err = c.SetDerived(ctx, id, stage, is)
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// outdated works out what a copy takes over from other entries, and tells whether it has
// something else. One that stands below itself is left as it is.
func outdated[T any](copied *T, find finder) (is map[string]any, stale bool, err error) {
	anew := *copied
	cycle, err := derive(as(&anew), find)
	is = taken(as(&anew))
	return is, err == nil && !cycle && fmt.Sprint(taken(as(copied))) != fmt.Sprint(is), err
}

// catchUp brings up to date what a saved entry took over from others. Who changed them while it was being
// saved could not see yet that it stands on them.
func (d *kindDesk[T, F]) catchUp(ctx context.Context, before, after *content.Entry[T]) error {
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		copied := at(after, stage)
		if copied == nil || before != nil && copied == at(before, stage) {
			continue
		}
		for range attempts {
			is, stale, err := outdated(copied, d.n.finderAt(ctx, stage))
			if err != nil || !stale {
				return err
			}
			if err := d.SetDerived(ctx, after.ID, stage, is); err != nil {
				return err
			}
			found, err := d.ByIDs(ctx, []content.ID{after.ID}, stage, d.StoredFields())
			if err != nil {
				return err
			}
			if copied = found[after.ID]; copied == nil {
				break
			}
		}
	}
	return nil
}
