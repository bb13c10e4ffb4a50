package newsroom

import (
	"context"
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

// gift is an entry that gives others something else than before at some stages, by a revision.
type gift struct {
	id       content.ID
	revision string
	stages   []content.Stage
}

// followAll does what follows from some changes, and notes that it is done.
func (n *Newsroom) followAll(ctx context.Context, gifts []gift) ([]struct{}, error) {
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		ids := map[content.Kind][]content.ID{}
		for _, g := range gifts {
			if kind, ok := g.id.Kind(); ok && slices.Contains(g.stages, stage) {
				ids[kind] = append(ids[kind], g.id)
			}
		}
		for kind, some := range ids {
			if err := n.follow(ctx, kind, some, stage); err != nil {
				return nil, err
			}
		}
	}
	revisions := make([]string, len(gifts))
	for i, g := range gifts {
		revisions[i] = g.revision
	}
	return make([]struct{}, len(gifts)), n.store.Followed(ctx, revisions)
}

// follow brings up to date what others took over from entries of a kind at a stage. These are no changes of them and make no
// revisions.
func (n *Newsroom) follow(ctx context.Context, kind content.Kind, ids []content.ID, stage content.Stage) error {
	if kind.Descriptor().Tree {
		below, err := n.desks[kind].below(ctx, ids, stage)
		if err != nil {
			return err
		}
		ids = append(slices.Clone(ids), below...)
	}
	for _, other := range content.Kinds() {
		for _, take := range other.Descriptor().Takes {
			if take.From != kind {
				continue
			}
			if err := n.desks[other].rederive(ctx, stage, take.By, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// Finish does what follows from changes whose programs ended before it was done, or did not see whether there was anything.
func (n *Newsroom) Finish(ctx context.Context) error {
	open, err := n.store.Following(ctx)
	if err != nil || len(open) == 0 {
		return err
	}
	_, err = n.finish(ctx, open)
	return err
}

// finish does what follows from some changes.
func (n *Newsroom) finish(ctx context.Context, changes []*content.Revision) ([]struct{}, error) {
	ids := map[content.Kind][]content.ID{}
	gifts := make([]gift, len(changes))
	for i, r := range changes {
		ids[r.Of] = append(ids[r.Of], r.Entry)
		gifts[i] = gift{id: r.Entry, revision: r.ID}
		if r.Follows == content.FollowsOthers {
			gifts[i].stages = []content.Stage{content.StageDraft, content.StagePublished}
		}
	}
	for kind, some := range ids {
		if err := n.desks[kind].finish(ctx, some); err != nil {
			return nil, err
		}
	}
	return n.followAll(ctx, gifts)
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
			if err := d.SetDerived(ctx, stage, map[content.ID]map[string]any{after.ID: is}); err != nil {
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
