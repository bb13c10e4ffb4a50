package derive

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"sen/internal/content"
	"sen/internal/entries"
)

// Outdated returns the fields that a copy takes over from other entries, and reports whether the copy has other
// values. It does not change the copy. A copy that is its own ancestor is never outdated.
func Outdated(c content.Content, find content.Finder) (present map[string]any, outdated bool, err error) {
	copied := shallow(c)
	cycle, err := copied.TakeOver(find)
	present = copied.Taken().Fields
	return present, err == nil && !cycle && !reflect.DeepEqual(c.Taken().Fields, present), err
}

// shallow returns a shallow copy, so that its fields can be set without changing the original.
func shallow(c content.Content) content.Content {
	other := reflect.New(reflect.TypeOf(c).Elem())
	other.Elem().Set(reflect.ValueOf(c).Elem())
	return other.Interface().(content.Content)
}

// outdatedOf returns the present derived fields of those copies whose fields are outdated. known caches the entries
// that were read.
func (d *Deriver) outdatedOf(
	ctx context.Context, copies map[content.ID]content.Content, stage content.Stage, known map[content.ID]content.Content,
) (map[content.ID]map[string]any, error) {
	var above []content.ID
	for _, c := range copies { // read the former sources first, which are mostly the present ones; find reads the others
		for _, id := range append(c.Taken().From, c.ParentLink()) {
			if known[id] == nil {
				above = append(above, id)
			}
		}
	}
	read, err := d.withAncestors(ctx, stage, above)
	if err != nil {
		return nil, err
	}
	maps.Copy(known, read)
	derived, find := map[content.ID]map[string]any{}, d.finder(ctx, stage, known)
	for id, c := range copies {
		present, outdated, err := Outdated(c, find)
		if err != nil {
			return nil, err
		}
		if outdated {
			derived[id] = present
		}
	}
	return derived, nil
}

// rederive updates the entries of a kind whose field links to one of the entries in to.
func (d *Deriver) rederive(
	ctx context.Context, of entries.Collection, stage content.Stage, field string, to []content.ID,
) error {
	return d.rederiveAll(ctx, of, stage, func() ([]content.ID, error) { return of.Linking(ctx, stage, field, to) })
}

// rederiveAll updates the entries of a kind that which lists. It repeats until nothing is outdated, because the entries
// and their ancestors may change meanwhile.
func (d *Deriver) rederiveAll(
	ctx context.Context, of entries.Collection, stage content.Stage, which func() ([]content.ID, error),
) error {
	for try, again := 0, true; again && try < attempts; try++ {
		again = false
		ids, err := which()
		if err != nil {
			return err
		}
		known := map[content.ID]content.Content{}
		for chunk := range slices.Chunk(ids, 500) {
			found, err := of.Copies(ctx, chunk, stage)
			if err != nil {
				return err
			}
			derived, err := d.outdatedOf(ctx, found, stage, known)
			if err == nil && len(derived) > 0 {
				again = true
				err = of.SetDerived(ctx, stage, derived)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
