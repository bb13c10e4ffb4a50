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

// know reads those of some entries that were not read for the change yet, of any kinds and the trash among them, at
// once.
func (w *work) know(ctx context.Context, ids []content.ID) error {
	var missing []content.ID
	for _, id := range ids {
		if _, ok := w.there[id]; !ok && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	found, err := w.room.store.Linked(ctx, missing)
	if err != nil {
		return err
	}
	if w.there == nil {
		w.there = make(map[content.ID]storage.Linked, len(missing))
	}
	for _, id := range missing {
		w.there[id] = found[id]
	}
	return nil
}

// linked are the working copies of some entries, with their labels and what the newsroom keeps beside them. What is not
// there is not in the answer.
func (w *work) linked(ctx context.Context, ids []content.ID) (map[content.ID]content.Content, error) {
	if err := w.know(ctx, ids); err != nil {
		return nil, err
	}
	there := make(map[content.ID]content.Content, len(ids))
	for _, id := range ids {
		if c := w.there[id].Draft; c != nil {
			there[id] = c
		}
	}
	return there, nil
}

// learn takes in which entries stand above others at a stage, and what a round gives, as a copy tells that took it
// over.
func (w *work) learn(stage content.Stage, c content.Content) {
	if w.above == nil {
		w.above = map[content.Stage]map[content.ID]content.Content{content.StageDraft: {}, content.StagePublished: {}}
	}
	maps.Copy(w.above[stage], c.Taken().Told)
}

// known finds a copy of an entry at a stage: among those that were read, then as others tell of it, then in the store.
func (w *work) known(ctx context.Context, stage content.Stage) content.Finder {
	inStore := w.room.derived.Finder(ctx, stage)
	return func(id content.ID) (content.Content, error) {
		if read, ok := w.there[id]; ok {
			return read.At(stage), nil
		}
		if told := w.above[stage][id]; told != nil {
			return told, nil
		}
		return inStore(id)
	}
}

// derive works out what follows from other entries, as they are at a stage as far as they were read: others tell of the
// rest, and once the copy is saved it is looked at again ([work.catchUp]). Whether an entry that moves would stand
// below itself is seen by what stands above it alone.
func (w *work) derive(ctx context.Context, c content.Content, stage content.Stage) error {
	find := w.known(ctx, stage)
	moves := w.was == nil || c.ParentLink() != w.was.ParentLink()
	if c.Kind().Descriptor().Tree && w.change.Action != content.ActionCreate && moves {
		find = w.room.derived.Finder(ctx, stage)
	}
	cycle, err := derive.Fill(c, find)
	if cycle {
		w.report.Refuse(content.ProblemCycle, []string{"input", "parent"}, messages.Cycle)
	}
	return err
}

// catchUp brings up to date what a saved entry took over from others. Who changed them while it was being
// saved could not see yet that it stands on them. What readers are to see of the copy's links is read by the way.
func (w *work) catchUp(ctx context.Context, before, after *entries.Entry) error {
	w.there, w.above = nil, nil
	var ids []content.ID
	for _, copied := range []content.Content{after.Draft, after.Live} {
		if copied != nil {
			ids = append(ids, copied.Taken().From...)
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

// rederive brings a copy that was saved up to date, until it takes over what is there: others may change meanwhile.
func (w *work) rederive(ctx context.Context, id content.ID, copied content.Content, stage content.Stage) error {
	find := w.known(ctx, stage)
	for range attempts {
		is, outdated, err := derive.Outdated(copied, find)
		if !outdated || err != nil {
			return err
		}
		if err := w.of.SetDerived(ctx, stage, map[content.ID]map[string]any{id: is}); err != nil {
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

// linksOf are the entries that a copy names, each once, in the order of their ids and without itself.
func linksOf(c content.Content) []content.ID {
	links := content.Links(c)
	slices.Sort(links)
	return slices.DeleteFunc(slices.Compact(links), func(id content.ID) bool { return id == c.Common().ID })
}
