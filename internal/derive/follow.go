package derive

import (
	"context"
	"slices"

	"sen/internal/content"
	"sen/internal/entries"
)

// ChangedAt lists the stages at which others take over something else from an entry after a change: what is below it in
// a tree gets other ancestors, articles other breadcrumbs, the awards of a round another year, level or series.
func ChangedAt(before, after *entries.Entry) (changed []content.Stage) {
	if before == nil { // nobody links to it yet
		return nil
	}
	for _, stage := range stages {
		was, is := entries.At(before, stage), entries.At(after, stage)
		if was == is || is == nil {
			continue
		}
		gives := is.Gives()
		if gives != nil && (was == nil || !slices.Equal(was.Gives(), gives)) {
			changed = append(changed, stage)
		}
	}
	return changed
}

// Follows tells what may have to be brought up to date after a change. It is kept with the revision until that is done,
// so that another program does it if this one ends before.
func Follows(before, after *entries.Entry) content.Follows {
	switch {
	case len(ChangedAt(before, after)) > 0:
		return content.FollowsOthers
	case len(after.Draft.Taken().From) > 0:
		return content.FollowsItself
	}
	return ""
}

// Source is a changed entry from which others take something over.
type Source struct {
	ID content.ID
	// Revision is the id of the change.
	Revision string
	// Stages are those at which others take over something else than before ([ChangedAt]).
	Stages []content.Stage
}

// UpdateOthers brings up to date what others take over from some changed entries, and notes that this is done.
func (d *Deriver) UpdateOthers(ctx context.Context, sources []Source) ([]struct{}, error) {
	for _, stage := range stages {
		ids := map[content.Kind][]content.ID{}
		for _, g := range sources {
			if kind, ok := g.ID.Kind(); ok && slices.Contains(g.Stages, stage) {
				ids[kind] = append(ids[kind], g.ID)
			}
		}
		for kind, some := range ids {
			if err := d.follow(ctx, kind, some, stage); err != nil {
				return nil, err
			}
		}
	}
	revisions := make([]string, len(sources))
	for i, g := range sources {
		revisions[i] = g.Revision
	}
	return make([]struct{}, len(sources)), d.store.Followed(ctx, revisions)
}

// follow brings up to date what others took over from entries of a kind at a stage. That changes no versions and makes
// no revisions.
func (d *Deriver) follow(ctx context.Context, kind content.Kind, ids []content.ID, stage content.Stage) error {
	if kind.Descriptor().Tree {
		below, err := d.below(ctx, d.kinds[kind], ids, stage)
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
			if err := d.rederive(ctx, d.kinds[other], stage, take.By, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// Finish does what follows from changes whose programs ended before it was done.
func (d *Deriver) Finish(ctx context.Context) error {
	open, err := d.store.Following(ctx)
	if err != nil || len(open) == 0 {
		return err
	}
	_, err = d.FinishAll(ctx, open)
	return err
}

// FinishAll does what follows from some changes, as their revisions say.
func (d *Deriver) FinishAll(ctx context.Context, changes []*content.Revision) ([]struct{}, error) {
	ids := map[content.Kind][]content.ID{}
	sources := make([]Source, len(changes))
	for i, r := range changes {
		ids[r.Of] = append(ids[r.Of], r.Entry)
		sources[i] = Source{ID: r.Entry, Revision: r.ID}
		if r.Follows == content.FollowsOthers {
			sources[i].Stages = stages
		}
	}
	for kind, some := range ids {
		if err := d.finish(ctx, d.kinds[kind], some); err != nil {
			return nil, err
		}
	}
	return d.UpdateOthers(ctx, sources)
}

// finish has entries of a kind take over again what they took over from others.
func (d *Deriver) finish(ctx context.Context, of entries.Collection, ids []content.ID) error {
	for _, stage := range stages {
		err := d.rederiveAll(ctx, of, stage, func() ([]content.ID, error) { return ids, nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// below brings what is kept of those above up to date in the entries below some, and lists them.
func (d *Deriver) below(ctx context.Context, of entries.Collection, above []content.ID, stage content.Stage) ([]content.ID, error) {
	ids, err := of.Linking(ctx, stage, "ancestors", above)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return ids, d.rederive(ctx, of, stage, "ancestors", above)
}
