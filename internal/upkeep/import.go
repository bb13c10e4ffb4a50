package upkeep

import (
	"context"
	"errors"
	"fmt"

	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/files"
	"sen/internal/storage"
)

// Import writes a bundle of new entries to a store and computes their derived fields. If anything is wrong, it returns
// all errors at once and writes nothing.
func Import(ctx context.Context, store *storage.Store, b *content.Bundle) error {
	i := &importing{store: store, byID: map[content.ID]content.Content{}}
	for _, item := range b.Items {
		i.check(item)
	}
	for _, item := range b.Items {
		i.derive(item.Content)
	}
	if err := errors.Join(i.errs...); err != nil {
		return err
	}
	if b.Site != nil {
		if err := store.PutSite(ctx, b.Site); err != nil {
			return err
		}
	}
	for _, item := range b.Items {
		if m, ok := item.Content.(*content.Media); ok && item.Open != nil {
			if err := files.Import(ctx, store.PutFile, m, item.Open); err != nil {
				return fmt.Errorf("%s: %w", m.ID, err)
			}
		}
	}
	return store.PutItems(ctx, b.Items)
}

// importing is one run of an import.
type importing struct {
	store *storage.Store
	byID  map[content.ID]content.Content
	errs  []error
}

func (i *importing) refuse(id content.ID, format string, args ...any) {
	i.errs = append(i.errs, fmt.Errorf("%s: %s", id, fmt.Sprintf(format, args...)))
}

// check records an entry and what is wrong with the entry by itself.
func (i *importing) check(item content.Item) {
	base := item.Content.Common()
	kind, ok := base.ID.Kind()
	switch {
	case !ok || kind != item.Content.Kind():
		i.refuse(base.ID, "this is not an id of the kind %s", item.Content.Kind())
	case i.byID[base.ID] != nil:
		i.refuse(base.ID, "another entry has the same id")
	case base.Slug == "":
		i.refuse(base.ID, "the slug is missing")
	case !content.ValidSlug(base.Slug):
		i.refuse(base.ID,
			"the slug %q has characters other than a-z, digits and single dashes between them, or more than %d characters",
			base.Slug, content.MaxSlug)
	case item.Content.Label().Empty():
		i.refuse(base.ID, "the title or name is missing")
	case !item.Draft && base.PublishedAt.IsZero():
		i.refuse(base.ID, "publishedAt is missing")
	}
	i.byID[base.ID] = item.Content
}

// derive sets the fields that are taken over from other entries of the bundle, and records broken links.
func (i *importing) derive(c content.Content) {
	id := c.Common().ID
	for _, link := range content.Links(c) {
		if i.byID[link] == nil {
			i.refuse(id, "it links to %s, which does not exist", link)
		}
	}
	for _, dropped := range content.Reduce(c) {
		i.refuse(id, "%s links to %s twice, or to the entry itself", dropped.Field, dropped.ID)
	}
	cycle, _ := derive.Fill(c, func(id content.ID) (content.Content, error) { return i.byID[id], nil })
	if cycle {
		i.refuse(id, "it is its own ancestor")
	}
	if e, ok := c.(*content.Event); ok {
		switch startsWrong, endsWrong := e.SettleDays(); {
		case startsWrong || endsWrong:
			i.refuse(id, "startsOn or endsOn is not a valid day in the time zone %s", e.TimeZone)
		case e.StartsAt.IsZero():
			i.refuse(id, "startsAt or startsOn is missing")
		}
	}
}
