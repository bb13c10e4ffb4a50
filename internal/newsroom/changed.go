package newsroom

import (
	"context"

	"sen/internal/content"
)

// ChangedSince lists the fields in which the working copy of an entry differs from the entry's content at a version.
// Without an id it compares the site's settings. The list is empty when there was no such version.
func (n *Newsroom) ChangedSince(ctx context.Context, id content.ID, version int) ([]string, error) {
	if id == "" {
		return n.siteChangedSince(ctx, version)
	}
	fields := []string{}
	seen, ok, err := n.Revision(ctx, id, version)
	if !ok || err != nil {
		return fields, err
	}
	kind, _ := id.Kind()
	present, err := n.kinds[kind].Copies(ctx, []content.ID{id}, content.StageDraft)
	if present[id] == nil || err != nil {
		return fields, err
	}
	return differing(seen, present[id])
}

// differing lists the paths of the fields in which two copies differ.
func differing(before, after any) ([]string, error) {
	fields := []string{}
	changes, err := content.Diff(before, after)
	for _, change := range changes {
		fields = append(fields, change.Path)
	}
	return fields, err
}

// siteChangedSince lists the fields in which the present settings differ from the settings at a version.
func (n *Newsroom) siteChangedSince(ctx context.Context, version int) ([]string, error) {
	seen, ok, err := n.store.SiteAt(ctx, version)
	if !ok || err != nil {
		return []string{}, err
	}
	return differing(settable(seen), settable(n.store.Site()))
}
