// Package newsroom makes every change of content. It checks that the actor may make the change and that the workflow
// allows it. Then it saves the change and updates what depends on it.
package newsroom

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/derive"
	"sen/internal/entries"
	"sen/internal/storage"
)

// Newsroom changes the content of a store.
type Newsroom struct {
	store   *storage.Store
	kinds   entries.Kinds
	derived *derive.Deriver
	now     func() time.Time
	log     *slog.Logger
	signer  func(context.Context) (auth.Signer, error)
	own     siteURL
	sizes   sizes
}

// Options configure a newsroom.
type Options struct {
	// Now returns the current time; nil uses the store's clock.
	Now func() time.Time
	Log *slog.Logger
	// Signer returns the signer for the addresses of files.
	Signer func(context.Context) (auth.Signer, error)
	// PublicURL is the address at which clients reach the program, without a trailing slash.
	PublicURL string
	// SizeBytes is the largest total of all stored picture sizes, in bytes; 0 means [DefaultSizeBytes].
	SizeBytes int64
}

// New returns a newsroom for a store.
func New(store *storage.Store, o Options) *Newsroom {
	now := o.Now
	if now == nil {
		now = store.Now
	}
	kinds := entries.Of(store)
	n := &Newsroom{
		store: store, kinds: kinds, derived: derive.New(store, kinds), log: o.Log, signer: o.Signer,
		own: siteURL(o.PublicURL),
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) },
	}
	n.sizes.limit = cmp.Or(o.SizeBytes, DefaultSizeBytes)
	return n
}

// Revision returns the working copy that an entry had at a version. It returns false when there was no such version, or
// when its content was deleted.
func (n *Newsroom) Revision(ctx context.Context, id content.ID, version int) (content.Content, bool, error) {
	kind, ok := id.Kind()
	if !ok {
		return nil, false, nil
	}
	return n.revision(ctx, kind, &content.Revision{Entry: id, Version: version})
}

// revision returns the working copy of an entry of a kind at a revision. It returns false when its content was deleted.
func (n *Newsroom) revision(
	ctx context.Context, kind content.Kind, r *content.Revision,
) (content.Content, bool, error) {
	copied, ok, err := n.kinds[kind].Revision(ctx, r.Entry, r.Version)
	if !ok || err != nil {
		return nil, false, err
	}
	copied.Common().Editing = &content.Editing{State: r.State, UpdatedBy: r.By}
	return copied, true, nil
}
