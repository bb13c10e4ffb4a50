// Package newsroom has every write: who may do it, whether the move is legal,
// how it is saved, and what follows from it.
package newsroom

import (
	"context"
	"fmt"

	"sen/internal/content"
	"sen/internal/mongodb"
)

// Import adds a bundle to a store: entries that are new to it, with what follows
// from each other worked out.
func Import(ctx context.Context, store *mongodb.Store, b *content.Bundle) error {
	if b.Site != nil {
		if err := store.PutSite(ctx, b.Site); err != nil {
			return err
		}
	}
	by := map[content.Kind][]content.Item{}
	for _, item := range b.Items {
		by[item.Content.Kind()] = append(by[item.Content.Kind()], item)
	}
	for _, put := range []func() error{
		func() error { return add(ctx, store.Articles, by) },
		func() error { return add(ctx, store.Authors, by) },
		func() error { return add(ctx, store.Organizations, by) },
		func() error { return add(ctx, store.Sections, by) },
		func() error { return add(ctx, store.Tags, by) },
		func() error { return add(ctx, store.Events, by) },
		func() error { return add(ctx, store.Programs, by) },
		func() error { return add(ctx, store.AwardSeries, by) },
		func() error { return add(ctx, store.AwardRounds, by) },
		func() error { return add(ctx, store.Awards, by) },
		func() error { return add(ctx, store.Media, by) },
	} {
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

func add[T, F any](ctx context.Context, c *mongodb.Collection[T, F], by map[content.Kind][]content.Item) error {
	var entries []*content.Entry[T]
	for _, item := range by[c.Kind()] {
		copied, ok := any(item.Content).(*T)
		if !ok {
			return fmt.Errorf("%s is no %s", item.Content.Common().ID, c.Kind())
		}
		base := item.Content.Common()
		e := &content.Entry[T]{ID: base.ID, Version: 1, CreatedAt: base.CreatedAt, UpdatedAt: base.UpdatedAt, State: content.StatePublished, Live: copied}
		if item.Draft {
			e.State, e.Live, e.Draft = content.StateDraft, nil, copied
		}
		entries = append(entries, e)
	}
	return c.Put(ctx, entries)
}
