package newsroom

import (
	"context"
	"maps"
	"slices"

	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/entries"
	"sen/internal/messages"
	"sen/internal/storage"
)

// load reads the entries that the change has not read yet, in one query. They can be of any kind, and in the trash.
func (w *work) load(ctx context.Context, ids []content.ID) error {
	var missing []content.ID
	for _, id := range ids {
		if _, ok := w.loaded[id]; !ok && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	found, err := w.room.store.Linked(ctx, missing)
	if err != nil {
		return err
	}
	if w.loaded == nil {
		w.loaded = make(map[content.ID]storage.Linked, len(missing))
	}
	for _, id := range missing {
		w.loaded[id] = found[id]
	}
	return nil
}

// linked returns the working copies of entries, with their labels and workflow states. The map has no key for an entry
// that does not exist.
func (w *work) linked(ctx context.Context, ids []content.ID) (map[content.ID]content.Content, error) {
	if err := w.load(ctx, ids); err != nil {
		return nil, err
	}
	there := make(map[content.ID]content.Content, len(ids))
	for _, id := range ids {
		if c := w.loaded[id].Draft; c != nil {
			there[id] = c
		}
	}
	return there, nil
}

// remember keeps what a copy has taken over from other entries at a stage: the ancestors of an entry and the values of
// a round. So they need not be read.
func (w *work) remember(stage content.Stage, c content.Content) {
	if w.inferred == nil {
		w.inferred = map[content.Stage]map[content.ID]content.Content{content.StageDraft: {}, content.StagePublished: {}}
	}
	maps.Copy(w.inferred[stage], c.Taken().Told)
}

// finder finds a copy of an entry at a stage. It looks first in the entries that were read, then in the values that
// other copies took over, then in the store.
func (w *work) finder(ctx context.Context, stage content.Stage) content.Finder {
	inStore := w.room.derived.Finder(ctx, stage)
	return func(id content.ID) (content.Content, error) {
		if read, ok := w.loaded[id]; ok {
			return read.At(stage), nil
		}
		if told := w.inferred[stage][id]; told != nil {
			return told, nil
		}
		return inStore(id)
	}
}

// derive computes the fields that depend on other entries at a stage. It uses the entries that were read and the values
// that other copies took over; after the save, catchUp checks the result. When an entry moves in its tree, derive reads
// the ancestors from the store, because only they show whether the entry would become its own ancestor.
func (w *work) derive(ctx context.Context, c content.Content, stage content.Stage) error {
	find := w.finder(ctx, stage)
	moves := w.previous == nil || c.ParentLink() != w.previous.ParentLink()
	if c.Kind().Descriptor().Tree && w.change.Action != content.ActionCreate && moves {
		find = w.room.derived.Finder(ctx, stage)
	}
	cycle, err := derive.Fill(c, find)
	if cycle {
		w.report.Refuse(content.ProblemCycle, []string{"input", "parent"}, messages.Cycle)
	}
	return err
}

// catchUp updates the derived fields of an entry after it was saved. An entry that changed during the save could not
// know yet that this one depends on it. In the same query, catchUp reads the entries to which the new visible copy
// links.
func (w *work) catchUp(ctx context.Context, before, after *entries.Entry) error {
	w.loaded, w.inferred = nil, nil
	var ids []content.ID
	for _, copied := range []content.Content{after.Draft, after.Live} {
		if copied != nil {
			ids = append(ids, copied.Taken().From...)
		}
	}
	if takes := len(ids) > 0; !takes {
		return nil
	}
	if w.visible != nil {
		ids = append(ids, linksOf(w.visible.Content)...)
	}
	if err := w.load(ctx, ids); err != nil {
		return err
	}
	for _, stage := range []content.Stage{content.StageDraft, content.StagePublished} {
		copied := entries.At(after, stage)
		if copied == nil || before != nil && copied == entries.At(before, stage) {
			continue
		}
		if err := w.rederive(ctx, after.ID, copied, stage); err != nil {
			return err
		}
	}
	return nil
}

// rederive updates the derived fields of a saved copy until they are current, because other entries may change
// meanwhile.
func (w *work) rederive(ctx context.Context, id content.ID, copied content.Content, stage content.Stage) error {
	find := w.finder(ctx, stage)
	for range attempts {
		fields, outdated, err := derive.Outdated(copied, find)
		if !outdated || err != nil {
			return err
		}
		if err := w.of.SetDerived(ctx, stage, map[content.ID]map[string]any{id: fields}); err != nil {
			return err
		}
		found, err := w.of.Copies(ctx, []content.ID{id}, stage)
		if err != nil {
			return err
		}
		if copied = found[id]; copied == nil {
			return nil
		}
		find = w.room.derived.Finder(ctx, stage)
	}
	return nil
}

// linksOf returns the ids to which a copy links, sorted, each once and without its own id.
func linksOf(c content.Content) []content.ID {
	links := content.Links(c)
	slices.Sort(links)
	return slices.DeleteFunc(slices.Compact(links), func(id content.ID) bool { return id == c.Common().ID })
}
