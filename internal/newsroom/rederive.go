package newsroom

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"sen/internal/content"
)

// below implements [desk].
func (d *kindDesk[T, F]) below(ctx context.Context, above []content.ID, stage content.Stage) ([]content.ID, error) {
	ids, err := d.Linking(ctx, stage, "ancestors", above)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return ids, d.rederive(ctx, stage, "ancestors", above)
}

// rederive implements [desk]. It goes on until nothing is left to do: while it writes, the entries and what they stand
// on may change.
func (d *kindDesk[T, F]) rederive(ctx context.Context, stage content.Stage, field string, to []content.ID) error {
	return d.rederiveAll(ctx, stage, func() ([]content.ID, error) { return d.Linking(ctx, stage, field, to) })
}

// rederiveAll is rederive for the entries that which lists.
func (d *kindDesk[T, F]) rederiveAll(
	ctx context.Context, stage content.Stage, which func() ([]content.ID, error),
) error {
	for try, again := 0, true; again && try < attempts; try++ {
		again = false
		ids, err := which()
		if err != nil {
			return err
		}
		known := map[content.ID]content.Content{}
		for some := range slices.Chunk(ids, 500) {
			found, err := d.ByIDs(ctx, some, stage, d.StoredFields())
			if err != nil {
				return err
			}
			derived, err := outdatedOf(ctx, d.n, found, stage, known)
			if err == nil && len(derived) > 0 {
				again = true
				err = d.SetDerived(ctx, stage, derived)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// shallow is another copy with the same values, so that its fields can be set while the first one stays as it is.
func shallow[T any](copied T) T {
	other := reflect.New(reflect.TypeOf(copied).Elem())
	other.Elem().Set(reflect.ValueOf(copied).Elem())
	return other.Interface().(T)
}

// outdated works out what a copy takes over from other entries, and tells whether it has
// something else. One that stands below itself is left as it is.
func outdated[T any](copied T, find content.Finder) (is map[string]any, stale bool, err error) {
	anew := shallow(copied)
	cycle, err := content.As(anew).TakeOver(find)
	is = content.As(anew).Taken().Fields
	return is, err == nil && !cycle && !reflect.DeepEqual(content.As(copied).Taken().Fields, is), err
}

// outdatedOf works out what those of some copies take over that have something else; known are the entries that were read for it.
func outdatedOf[T any](
	ctx context.Context, n *Newsroom, copies map[content.ID]T, stage content.Stage, known map[content.ID]content.Content,
) (map[content.ID]map[string]any, error) {
	var above []content.ID
	for _, e := range copies { // what they stood on last, which they mostly still do; what is missing is read when it is asked for
		for _, id := range append(content.As(e).Taken().From, content.As(e).ParentLink()) {
			if known[id] == nil {
				above = append(above, id)
			}
		}
	}
	read, err := n.climb(ctx, stage, above)
	if err != nil {
		return nil, err
	}
	maps.Copy(known, read)
	derived, find := map[content.ID]map[string]any{}, n.finderBeside(ctx, stage, known)
	for id, e := range copies {
		is, stale, err := outdated(e, find)
		if err != nil {
			return nil, err
		}
		if stale {
			derived[id] = is
		}
	}
	return derived, nil
}
