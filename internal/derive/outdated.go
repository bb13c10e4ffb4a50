package derive

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"sen/internal/content"
	"sen/internal/entries"
)

// Outdated works out what a copy takes over from other entries, and tells whether it has something else. The copy stays
// as it is. One that stands below itself is never outdated.
func Outdated(c content.Content, find content.Finder) (is map[string]any, outdated bool, err error) {
	anew := shallow(c)
	cycle, err := anew.TakeOver(find)
	is = anew.Taken().Fields
	return is, err == nil && !cycle && !reflect.DeepEqual(c.Taken().Fields, is), err
}

// shallow is another copy with the same values, so that its fields can be set while the first one stays as it is.
func shallow(c content.Content) content.Content {
	other := reflect.New(reflect.TypeOf(c).Elem())
	other.Elem().Set(reflect.ValueOf(c).Elem())
	return other.Interface().(content.Content)
}

// outdatedOf works out what those of some copies take over that are outdated; known are the entries that were read for
// it.
func (d *Deriver) outdatedOf(
	ctx context.Context, copies map[content.ID]content.Content, stage content.Stage, known map[content.ID]content.Content,
) (map[content.ID]map[string]any, error) {
	var above []content.ID
	for _, c := range copies { // what they stood on last, which they mostly still do; what is missing is read when it is asked for
		for _, id := range append(c.Taken().From, c.ParentLink()) {
			if known[id] == nil {
				above = append(above, id)
			}
		}
	}
	read, err := d.climb(ctx, stage, above)
	if err != nil {
		return nil, err
	}
	maps.Copy(known, read)
	derived, find := map[content.ID]map[string]any{}, d.finder(ctx, stage, known)
	for id, c := range copies {
		is, outdated, err := Outdated(c, find)
		if err != nil {
			return nil, err
		}
		if outdated {
			derived[id] = is
		}
	}
	return derived, nil
}

// rederive brings those entries of a kind up to date whose link of a field leads to one of some others.
func (d *Deriver) rederive(ctx context.Context, of entries.Collection, stage content.Stage, field string, to []content.ID) error {
	return d.rederiveAll(ctx, of, stage, func() ([]content.ID, error) { return of.Linking(ctx, stage, field, to) })
}

// rederiveAll brings the entries of a kind up to date that which lists. It goes on until nothing is left to do: while
// it writes, the entries and those above them may change.
func (d *Deriver) rederiveAll(ctx context.Context, of entries.Collection, stage content.Stage, which func() ([]content.ID, error)) error {
	for try, again := 0, true; again && try < attempts; try++ {
		again = false
		ids, err := which()
		if err != nil {
			return err
		}
		known := map[content.ID]content.Content{}
		for some := range slices.Chunk(ids, 500) {
			found, err := of.Copies(ctx, some, stage)
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
