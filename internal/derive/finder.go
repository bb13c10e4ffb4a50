package derive

import (
	"context"
	"maps"
	"slices"

	"sen/internal/content"
	"sen/internal/storage/batch"
)

// Finder returns a function that finds copies at a stage. It reads each copy once, together with all its ancestors.
// Reads inside one [batch.Together] are combined. It is used for sections, organizations and rounds only, of which
// there are few.
func (d *Deriver) Finder(ctx context.Context, stage content.Stage) content.Finder {
	return d.finder(ctx, stage, map[content.ID]content.Content{})
}

// finder is Finder with a map of copies that were already read. It adds the copies that it reads.
func (d *Deriver) finder(
	ctx context.Context, stage content.Stage, known map[content.ID]content.Content,
) content.Finder {
	return func(id content.ID) (content.Content, error) {
		if found, ok := known[id]; ok {
			return found, nil
		}
		found, err := batch.Join(ctx, "ancestors at "+string(stage), id,
			func(ctx context.Context, ids []content.ID) ([]map[content.ID]content.Content, error) {
				all, err := d.withAncestors(ctx, stage, ids)
				return slices.Repeat([]map[content.ID]content.Content{all}, len(ids)), err
			})
		if err != nil {
			return nil, err
		}
		maps.Copy(known, found)
		return known[id], nil
	}
}

// withAncestors reads copies of entries and of all their ancestors at a stage. A missing entry is nil in the map. If an
// entry has no published copy, its draft is used, so that a published copy always has all its ancestors.
func (d *Deriver) withAncestors(
	ctx context.Context, stage content.Stage, ids []content.ID,
) (map[content.ID]content.Content, error) {
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
		for kind, wanted := range byKind {
			for _, s := range slices.Compact([]content.Stage{stage, content.StageDraft}) {
				found, err := d.kinds[kind].Copies(ctx, wanted, s)
				if err != nil {
					return nil, err
				}
				for id, c := range found {
					known[id] = c
					if parent := c.ParentLink(); parent != "" && known[parent] == nil {
						ids = append(ids, parent)
					}
				}
				wanted = slices.DeleteFunc(wanted, func(id content.ID) bool { return found[id] != nil })
			}
		}
	}
	return known, nil
}
