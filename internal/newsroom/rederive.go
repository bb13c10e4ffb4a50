package newsroom

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"sen/internal/content"
	"sen/internal/storage"
)

// rederive works out anew what the entries that link to some others took over from them, until nothing
// is left to do: while it writes, they and what they stand on may change.
func rederive[T any, F content.Filter[F]](ctx context.Context, n *Newsroom, c *storage.Collection[T, F], stage content.Stage, field string, to []content.ID) error {
	return rederiveAll(ctx, n, c, stage, func() ([]content.ID, error) { return c.Linking(ctx, stage, field, to) })
}

// rederiveAll is rederive for the entries that which lists.
func rederiveAll[T any, F content.Filter[F]](
	ctx context.Context, n *Newsroom, c *storage.Collection[T, F], stage content.Stage, which func() ([]content.ID, error),
) error {
	for try, again := 0, true; again && try < attempts; try++ {
		again = false
		ids, err := which()
		if err != nil {
			return err
		}
		known := map[content.ID]content.Content{}
		for some := range slices.Chunk(ids, 500) {
			found, err := c.ByIDs(ctx, some, stage, c.StoredFields())
			if err != nil {
				return err
			}
			derived, err := outdatedOf(ctx, n, found, stage, known)
			if err != nil {
				return err
			}
			if len(derived) > 0 {
				again = true
				err = c.SetDerived(ctx, stage, derived)
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
func outdated[T any](copied T, find finder) (is map[string]any, stale bool, err error) {
	anew := shallow(copied)
	cycle, err := takeOver(content.As(anew), find)
	is = taken(content.As(anew))
	return is, err == nil && !cycle && fmt.Sprint(taken(content.As(copied))) != fmt.Sprint(is), err
}

// outdatedOf works out what those of some copies take over that have something else; known are the entries that were read for it.
func outdatedOf[T any](
	ctx context.Context, n *Newsroom, copies map[content.ID]T, stage content.Stage, known map[content.ID]content.Content,
) (map[content.ID]map[string]any, error) {
	var above []content.ID
	for _, e := range copies {
		if id := standsOn(content.As(e)); known[id] == nil {
			above = append(above, id)
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

// standsOn is the entry from which a copy takes something over directly; "" for none.
func standsOn(c content.Content) content.ID {
	switch e := c.(type) {
	case *content.Article:
		return e.SectionID
	case *content.Award:
		return e.RoundID
	}
	return content.ParentOf(c)
}
