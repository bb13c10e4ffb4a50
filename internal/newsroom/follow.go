package newsroom

import (
	"context"
	"reflect"
	"slices"

	"sen/internal/content"
)

// given are the stages at which a change gives others something else than before: what stands below an entry in a tree has
// other ancestors, articles other breadcrumbs, a round's awards another year, level or series.
func given[T any](before, after *content.Entry[T]) (stages []content.Stage) {
	if before == nil { // nobody links to it yet
		return nil
	}
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		was, is := at(before, stage), at(after, stage)
		if content.Same(was, is) || content.IsNil(is) {
			continue
		}
		gives := content.As(is).Gives()
		if gives != nil && (content.IsNil(was) || !slices.Equal(content.As(was).Gives(), gives)) {
			stages = append(stages, stage)
		}
	}
	return stages
}

// follows is what may have to be brought up to date behind a change. It is kept with the revision until it is done, so that
// somebody does it if the program ends before.
func follows[T any](before, after *content.Entry[T]) content.Follows {
	switch {
	case len(given(before, after)) > 0:
		return content.FollowsOthers
	case len(content.As(after.Draft).Taken().From) > 0:
		return content.FollowsItself
	}
	return ""
}

// follow brings up to date what others took over from an entry at a stage. These are no changes of them and make no
// revisions.
func (n *Newsroom) follow(ctx context.Context, id content.ID, stage content.Stage) error {
	kind, _ := id.Kind()
	from := []content.ID{id}
	if kind.Descriptor().Tree {
		below, err := n.desks[kind].below(ctx, id, stage)
		if err != nil {
			return err
		}
		from = append(from, below...)
	}
	for _, other := range content.Kinds() {
		for _, take := range other.Descriptor().Takes {
			if take.From != kind {
				continue
			}
			if err := n.desks[other].rederive(ctx, stage, take.By, from); err != nil {
				return err
			}
		}
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
		err := d.rederiveAll(ctx, stage, func() ([]content.ID, error) { return ids, nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// below implements [desk].
func (d *kindDesk[T, F]) below(ctx context.Context, id content.ID, stage content.Stage) ([]content.ID, error) {
	ids, err := d.Linking(ctx, stage, "ancestors", []content.ID{id})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return ids, d.rederive(ctx, stage, "ancestors", []content.ID{id})
}

// rederive implements [desk]. It goes on until nothing is left to do: while it writes, the entries and what they stand
// on may change.
func (d *kindDesk[T, F]) rederive(ctx context.Context, stage content.Stage, field string, to []content.ID) error {
	return d.rederiveAll(ctx, stage, func() ([]content.ID, error) { return d.Linking(ctx, stage, field, to) })
}

// rederiveAll is rederive for the entries that which lists.
func (d *kindDesk[T, F]) rederiveAll(
	ctx context.Context, stage content.Stage, which func() ([]content.ID, error),
) error {
	for try, again := 0, true; again && try < attempts; try++ {
		again = false
		ids, err := which()
		if err != nil {
			return err
		}
		find := remembering(d.n.finderAt(ctx, stage))
		for some := range slices.Chunk(ids, 500) {
			found, err := d.ByIDs(ctx, some, stage, d.StoredFields())
			if err != nil {
				return err
			}
			for id, e := range found {
				is, stale, err := outdated(e, find)
				if err == nil && stale {
					again = true
					err = d.SetDerived(ctx, id, stage, is)
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
func outdated[T any](copied T, find content.Finder) (is map[string]any, stale bool, err error) {
	anew := shallow(copied)
	cycle, err := content.As(anew).TakeOver(find)
	is = content.As(anew).Taken().Fields
	return is, err == nil && !cycle && !reflect.DeepEqual(content.As(copied).Taken().Fields, is), err
}

// catchUp brings up to date what a saved entry took over from others. Who changed them while it was being
// saved could not see yet that it stands on them. What readers are to see of the copy's links is read by the way.
func (d *kindDesk[T, F]) catchUp(ctx context.Context, w *work, before, after *content.Entry[T]) error {
	w.there, w.above = nil, nil
	var ids []content.ID
	for _, copied := range []T{after.Draft, after.Live} {
		if !content.IsNil(copied) {
			ids = append(ids, content.As(copied).Taken().From...)
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
