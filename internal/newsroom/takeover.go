package newsroom

import (
	"context"
	"maps"
	"slices"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/storage/batch"
)

// know reads those of some entries that were not read for the change yet, of any kinds and the trash among them, at once.
func (w *work) know(ctx context.Context, ids []content.ID) error {
	var missing []content.ID
	for _, id := range ids {
		if _, ok := w.there[id]; !ok && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	found, err := w.store.Linked(ctx, missing)
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

// learn takes in which entries stand above others at a stage, and what a round gives, as a copy tells that took it over.
func (w *work) learn(stage content.Stage, c content.Content) {
	if w.above == nil {
		w.above = map[content.Stage]map[content.ID]content.Content{content.StageDraft: {}, content.StagePublished: {}}
	}
	maps.Copy(w.above[stage], c.Taken().Told)
}

// known finds a copy of an entry at a stage: among those that were read, then as others tell of it, then in the store.
func (w *work) known(ctx context.Context, stage content.Stage) content.Finder {
	inStore := w.finderAt(ctx, stage)
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

// finderAt finds copies as readers of a stage see them, each once, and with it all that stands above it: together with those
// that others look for ([batch.Together]). What is looked for, sections, organizations and rounds, is few.
func (n *Newsroom) finderAt(ctx context.Context, stage content.Stage) content.Finder {
	return n.finderBeside(ctx, stage, map[content.ID]content.Content{})
}

// finderBeside is finderAt where some copies are known.
func (n *Newsroom) finderBeside(ctx context.Context, stage content.Stage, known map[content.ID]content.Content) content.Finder {
	return func(id content.ID) (content.Content, error) {
		if found, ok := known[id]; ok {
			return found, nil
		}
		found, err := batch.Join(ctx, "above at "+string(stage), id, func(ctx context.Context, ids []content.ID) ([]map[content.ID]content.Content, error) {
			all, err := n.climb(ctx, stage, ids)
			return slices.Repeat([]map[content.ID]content.Content{all}, len(ids)), err
		})
		if err != nil {
			return nil, err
		}
		maps.Copy(known, found)
		return known[id], nil
	}
}

// climb reads copies of some entries, and of all that stands above them, as readers of a stage see them: nil for what is not
// there. What is not published yet stands in for itself, so that a published copy is never cut off from what is above it.
func (n *Newsroom) climb(ctx context.Context, stage content.Stage, ids []content.ID) (map[content.ID]content.Content, error) {
	known := map[content.ID]content.Content{}
	for len(ids) > 0 {
		byKind := map[content.Kind][]content.ID{}
		for _, id := range ids {
			if _, asked := known[id]; asked {
				continue
			}
			known[id] = nil
			if kind, ok := id.Kind(); ok {
				byKind[kind] = append(byKind[kind], id)
			}
		}
		ids = nil
		for kind, some := range byKind {
			for _, s := range slices.Compact([]content.Stage{stage, content.StageDraft}) {
				found, err := n.desks[kind].copies(ctx, some, s)
				if err != nil {
					return nil, err
				}
				for id, c := range found {
					known[id] = c
					if parent := c.ParentLink(); parent != "" && known[parent] == nil {
						ids = append(ids, parent)
					}
				}
				some = slices.DeleteFunc(some, func(id content.ID) bool { return found[id] != nil })
			}
		}
	}
	return known, nil
}

// derive works out what follows from other entries, as they are at a stage as far as they were read: others tell of the rest,
// and once the copy is saved it is looked at again ([kindDesk.catchUp]). Whether an entry that moves would stand below itself
// is seen by what stands above it alone.
func (w *work) derive(ctx context.Context, c content.Content, stage content.Stage) error {
	find := w.known(ctx, stage)
	moves := w.was == nil || c.ParentLink() != w.was.ParentLink()
	if c.Kind().Descriptor().Tree && w.Action != content.ActionCreate && moves {
		find = w.finderAt(ctx, stage)
	}
	cycle, err := derive(c, find)
	if cycle {
		w.refuse(content.ProblemCycle, []string{"input", "parent"}, msgCycle)
	}
	return err
}

// derive works out what follows from a copy's own content, and what it takes over from others.
func derive(c content.Content, find content.Finder) (cycle bool, err error) {
	c.Derive(readingMinutes)
	return c.TakeOver(find)
}
