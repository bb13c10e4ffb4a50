package derive

import (
	"context"
	"maps"
	"slices"

	"sen/internal/content"
	"sen/internal/storage/batch"
)

// Finder finds copies as readers of a stage see them, each once, and with it everything above it in its tree: together
// with those that other requests look for ([batch.Together]). Sections, organizations and rounds are looked for,
// which are few.
func (d *Deriver) Finder(ctx context.Context, stage content.Stage) content.Finder {
	return d.finder(ctx, stage, map[content.ID]content.Content{})
}

// finder is Finder where some copies are known. It adds those that it reads.
func (d *Deriver) finder(ctx context.Context, stage content.Stage, known map[content.ID]content.Content) content.Finder {
	return func(id content.ID) (content.Content, error) {
		if found, ok := known[id]; ok {
			return found, nil
		}
		found, err := batch.Join(ctx, "above at "+string(stage), id, func(ctx context.Context, ids []content.ID) ([]map[content.ID]content.Content, error) {
			all, err := d.climb(ctx, stage, ids)
			return slices.Repeat([]map[content.ID]content.Content{all}, len(ids)), err
		})
		if err != nil {
			return nil, err
		}
		maps.Copy(known, found)
		return known[id], nil
	}
}

// climb reads copies of some entries, and of everything above them, as readers of a stage see them: nil for what is not
// there. What is not published yet stands in for itself, so that a published copy is never cut off from what is above
// it.
func (d *Deriver) climb(ctx context.Context, stage content.Stage, ids []content.ID) (map[content.ID]content.Content, error) {
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
				found, err := d.kinds[kind].Copies(ctx, some, s)
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
