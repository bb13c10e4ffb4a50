package derive

import (
	"context"
	"slices"

	"sen/internal/content"
	"sen/internal/entries"
)

// ChangedAt lists the stages at which a change of an entry affects the derived fields of others: its descendants in a
// tree get other ancestors, articles get other breadcrumbs, the awards of a round get another year, level or series.
func ChangedAt(before, after *entries.Entry) (changed []content.Stage) {
	if before == nil { // no entry links to a new one yet
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

// Follows returns which derived fields may have to be updated after a change. The revision stores it until the update
// is done, so that another program does the update if this one crashes.
func Follows(before, after *entries.Entry) content.Follows {
	switch {
	case len(ChangedAt(before, after)) > 0:
		return content.FollowsOthers
	case len(after.Draft.Taken().From) > 0:
		return content.FollowsItself
	}
	return ""
}

// Source is a changed entry from which others take over fields.
type Source struct {
	ID content.ID
	// Revision is the id of the change's revision.
	Revision string
	// Stages lists the stages at which the fields that others take over have changed ([ChangedAt]).
	Stages []content.Stage
}

// UpdateOthers updates the fields that others take over from changed entries, and marks this work as done.
func (d *Deriver) UpdateOthers(ctx context.Context, sources []Source) ([]struct{}, error) {
	for _, stage := range stages {
		ids := map[content.Kind][]content.ID{}
		for _, g := range sources {
			if kind, ok := g.ID.Kind(); ok && slices.Contains(g.Stages, stage) {
				ids[kind] = append(ids[kind], g.ID)
			}
		}
		for kind, kindIDs := range ids {
			if err := d.updateUsers(ctx, kind, kindIDs, stage); err != nil {
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

// updateUsers updates the fields that others took over from entries of a kind at a stage. It creates no versions and no
// revisions.
func (d *Deriver) updateUsers(ctx context.Context, kind content.Kind, ids []content.ID, stage content.Stage) error {
	if kind.Descriptor().Tree {
		below, err := d.updateDescendants(ctx, d.kinds[kind], ids, stage)
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

// Finish does the updates that crashed programs left open.
func (d *Deriver) Finish(ctx context.Context) error {
	open, err := d.store.Following(ctx)
	if err != nil || len(open) == 0 {
		return err
	}
	_, err = d.FinishAll(ctx, open)
	return err
}

// FinishAll does the open updates of changes, as their revisions say.
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
	for kind, kindIDs := range ids {
		if err := d.finish(ctx, d.kinds[kind], kindIDs); err != nil {
			return nil, err
		}
	}
	return d.UpdateOthers(ctx, sources)
}

// finish derives entries of a kind again at every stage.
func (d *Deriver) finish(ctx context.Context, of entries.Collection, ids []content.ID) error {
	for _, stage := range stages {
		err := d.rederiveAll(ctx, of, stage, func() ([]content.ID, error) { return ids, nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// updateDescendants updates the ancestors stored in the descendants of entries, and lists the descendants.
func (d *Deriver) updateDescendants(
	ctx context.Context, of entries.Collection, above []content.ID, stage content.Stage,
) ([]content.ID, error) {
	ids, err := of.Linking(ctx, stage, "ancestors", above)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return ids, d.rederive(ctx, of, stage, "ancestors", above)
}
