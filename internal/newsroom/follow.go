package newsroom

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"sen/internal/content"
	"sen/internal/storage"
)

// given are the stages at which a change gives others something else than before: what stands below an entry in a tree has
// other ancestors, articles other breadcrumbs, a round's awards another year, level or series.
func given[T any](before, after *content.Entry[T]) (stages []content.Stage) {
	if before == nil { // nobody links to it yet
		return nil
	}
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		was, is := at(before, stage), at(after, stage)
		if !content.Same(was, is) && !content.IsNil(is) && gives(content.As(is)) != nil && (content.IsNil(was) || !slices.Equal(gives(content.As(was)), gives(content.As(is)))) {
			stages = append(stages, stage)
		}
	}
	return stages
}

// gives is what others take over from a copy; nil if they take over nothing from its kind.
func gives(c content.Content) []any {
	switch e := c.(type) {
	case *content.Section:
		return []any{e.ParentID}
	case *content.Organization:
		return []any{e.ParentID}
	case *content.AwardRound:
		return []any{e.SeriesID, e.Year, e.Level}
	}
	return nil
}

// takesFrom are the entries from which a copy takes something over.
func takesFrom(c content.Content) []content.ID {
	switch e := c.(type) {
	case *content.Section:
		return e.AncestorIDs
	case *content.Organization:
		return e.AncestorIDs
	case *content.Article:
		return e.BreadcrumbIDs
	case *content.Award:
		return []content.ID{e.RoundID}
	}
	return nil
}

// follows is what may have to be brought up to date behind a change. It is kept with the revision until it is done, so that
// somebody does it if the program ends before.
func follows[T any](before, after *content.Entry[T]) content.Follows {
	switch {
	case len(given(before, after)) > 0:
		return content.FollowsOthers
	case len(takesFrom(content.As(after.Draft))) > 0:
		return content.FollowsItself
	}
	return ""
}

// follow brings up to date what others took over from an entry at a stage. These are no changes of them and make no
// revisions.
func (n *Newsroom) follow(ctx context.Context, id content.ID, stage content.Stage) error {
	switch kind, _ := id.Kind(); kind {
	case content.KindSection:
		below, err := below(ctx, n, n.store.Sections, id, stage)
		if err != nil {
			return err
		}
		return rederive(ctx, n, n.store.Articles, stage, "section", append(below, id))
	case content.KindOrganization:
		_, err := below(ctx, n, n.store.Organizations, id, stage)
		return err
	case content.KindAwardRound:
		return rederive(ctx, n, n.store.Awards, stage, "round", []content.ID{id})
	}
	return nil
}

// Finish does what follows from changes whose programs ended before it was done, or did not see whether there was anything.
func (n *Newsroom) Finish(ctx context.Context) error {
	open, err := n.store.Following(ctx)
	if err != nil {
		return err
	}
	return n.finish(ctx, open)
}

// finish does what follows from some changes.
func (n *Newsroom) finish(ctx context.Context, changes []*content.Revision) error {
	ids := map[content.Kind][]content.ID{}
	revisions := make([]string, len(changes))
	for i, r := range changes {
		ids[r.Of] = append(ids[r.Of], r.Entry)
		revisions[i] = r.ID
	}
	for kind, some := range ids {
		if err := n.desks[kind].finish(ctx, some); err != nil {
			return err
		}
	}
	for _, r := range changes {
		for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
			if r.Follows != content.FollowsOthers {
				continue
			}
			if err := n.follow(ctx, r.Entry, stage); err != nil {
				return err
			}
		}
	}
	return n.store.Followed(ctx, revisions)
}

// finish implements [desk].
func (d *kindDesk[T, F]) finish(ctx context.Context, ids []content.ID) error {
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		err := rederiveAll(ctx, d.n, d.Collection, stage, func() ([]content.ID, error) { return ids, nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// below brings the ancestors of what stands below an entry up to date, and lists it.
func below[T any, F content.Filter[F]](ctx context.Context, n *Newsroom, c *storage.Collection[T, F], id content.ID, stage content.Stage) ([]content.ID, error) {
	ids, err := c.Linking(ctx, stage, "ancestors", []content.ID{id})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return ids, rederive(ctx, n, c, stage, "ancestors", []content.ID{id})
}

// rederive works out anew what the entries that link to some others took over from them, until nothing
// is left to do: while it writes, they and what they stand on may change.
func rederive[T any, F content.Filter[F]](ctx context.Context, n *Newsroom, c *storage.Collection[T, F], stage content.Stage, field string, to []content.ID) error {
	return rederiveAll(ctx, n, c, stage, func() ([]content.ID, error) { return c.Linking(ctx, stage, field, to) })
}

// rederiveAll is rederive for the entries that which lists.
func rederiveAll[T any, F content.Filter[F]](
	ctx context.Context, n *Newsroom, c *storage.Collection[T, F], stage content.Stage, which func() ([]content.ID, error),
) error {
	for try, again := 0, true; again && try < attempts; try++ {
		again = false
		ids, err := which()
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

// shallow is another copy with the same values, so that its fields can be set while the first one stays as it is.
func shallow[T any](copied T) T {
	other := reflect.New(reflect.TypeOf(copied).Elem())
	other.Elem().Set(reflect.ValueOf(copied).Elem())
	return other.Interface().(T)
}

// outdated works out what a copy takes over from other entries, and tells whether it has
// something else. One that stands below itself is left as it is.
func outdated[T any](copied T, find finder) (is map[string]any, stale bool, err error) {
	anew := shallow(copied)
	cycle, err := takeOver(content.As(anew), find)
	is = taken(content.As(anew))
	return is, err == nil && !cycle && fmt.Sprint(taken(content.As(copied))) != fmt.Sprint(is), err
}

// catchUp brings up to date what a saved entry took over from others. Who changed them while it was being
// saved could not see yet that it stands on them. What readers are to see of the copy's links is read by the way.
func (d *kindDesk[T, F]) catchUp(ctx context.Context, w *work, before, after *content.Entry[T]) error {
	w.there, w.above = nil, nil
	var ids []content.ID
	for _, copied := range []T{after.Draft, after.Live} {
		if !content.IsNil(copied) {
			ids = append(ids, takesFrom(content.As(copied))...)
		}
	}
	if takes := len(ids) > 0; !takes {
		return nil
	}
	if w.shown != nil {
		ids = append(ids, linksOf(w.shown.Content)...)
	}
	if err := w.know(ctx, ids); err != nil {
		return err
	}
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		copied := at(after, stage)
		if content.IsNil(copied) || before != nil && content.Same(copied, at(before, stage)) {
			continue
		}
		find := w.known(ctx, stage)
		for range attempts {
			is, stale, err := outdated(copied, find)
			if err != nil {
				return err
			}
			if !stale {
				break
			}
			if err := d.SetDerived(ctx, after.ID, stage, is); err != nil {
				return err
			}
			found, err := d.ByIDs(ctx, []content.ID{after.ID}, stage, d.StoredFields())
			if err != nil {
				return err
			}
			if copied = found[after.ID]; content.IsNil(copied) {
				break
			}
			find = d.n.finderAt(ctx, stage)
		}
	}
	return nil
}
