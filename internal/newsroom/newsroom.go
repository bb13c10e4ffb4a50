// Package newsroom makes every change of content: it decides whether the actor may make it and whether the workflow
// allows it, saves it, and does what follows from it.
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

// Newsroom changes what is in a store.
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
	// Now tells the time; nil is the store's.
	Now func() time.Time
	Log *slog.Logger
	// Signer gives what signs the addresses of files.
	Signer func(context.Context) (auth.Signer, error)
	// PublicURL is where clients reach the program, without a slash at its end.
	PublicURL string
	// SizeBytes is what all sizes of pictures may take in the store; 0 is [DefaultSizeBytes].
	SizeBytes int64
}

// New makes a newsroom for a store.
func New(store *storage.Store, o Options) *Newsroom {
	now := o.Now
	if now == nil {
		now = store.Now
	}
	kinds := entries.Of(store)
	n := &Newsroom{
		store: store, kinds: kinds, derived: derive.New(store, kinds), log: o.Log, signer: o.Signer, own: siteURL(o.PublicURL),
		now: func() time.Time { return now().UTC().Truncate(time.Millisecond) },
	}
	n.sizes.bound = cmp.Or(o.SizeBytes, DefaultSizeBytes)
	return n
}

// Revision is the working copy that an entry had at a version; false when there was no such version, or its content is
// gone.
func (n *Newsroom) Revision(ctx context.Context, id content.ID, version int) (content.Content, bool, error) {
	kind, ok := id.Kind()
	if !ok {
		return nil, false, nil
	}
	return n.revision(ctx, kind, &content.Revision{Entry: id, Version: version})
}

// revision is the working copy of an entry of a kind as a revision left it; false when it is gone.
func (n *Newsroom) revision(ctx context.Context, kind content.Kind, r *content.Revision) (content.Content, bool, error) {
	copied, ok, err := n.kinds[kind].Revision(ctx, r.Entry, r.Version)
	if !ok || err != nil {
		return nil, false, err
	}
	copied.Common().Editing = &content.Editing{State: r.State, UpdatedBy: r.By}
	return copied, true, nil
}
