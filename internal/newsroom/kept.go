package newsroom

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/singleflight"

	"sen/internal/content"
	"sen/internal/picture"
	"sen/internal/storage"
)

// DefaultSizeBytes is what all sizes of pictures may take in the store when nothing else is said: some twenty thousand.
const DefaultSizeBytes = 1 << 30

// maxSizes bounds how many sizes are kept of one picture: what several layouts ask for.
const maxSizes = 64

// sizes knows what is kept of sizes of pictures, as far as this process has seen. Others may keep some too, which is seen
// when it looks again: at the latest when it has kept a sixteenth of the bound itself.
type sizes struct {
	// making lets each size be made once, however many ask for it at a time.
	making singleflight.Group

	bound int64 // in bytes
	mu    sync.Mutex
	// of counts those of a picture; nil before the first look. bytes is the sum of all, and added what came since the look.
	of           map[content.ID]int
	bytes, added int64
}

// keepSize keeps a size that was made, and lets go of those that were used least where there are too many: of its picture,
// or in all.
func (n *Newsroom) keepSize(ctx context.Context, s *Sized, made picture.Resized) error {
	k := &n.sizes
	bytes := int64(len(made.Data))
	if bytes > k.bound/4 {
		return nil // it would drive out too many others
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		if err := n.store.DropFormerSizes(ctx); err != nil {
			return err
		}
		if err := n.dropSizes(ctx); err != nil {
			return err
		}
	}
	if err := n.store.PutSize(ctx, s.medium.ID, s.result.Key(), made.Format.MimeType(), made.Data, n.now()); err != nil {
		return err
	}
	k.of[s.medium.ID]++
	k.bytes, k.added = k.bytes+bytes, k.added+bytes
	if k.bytes > k.bound || k.added > k.bound/16 || k.of[s.medium.ID] > maxSizes {
		return n.dropSizes(ctx)
	}
	return nil
}

// dropSizes looks at all sizes that are kept. Where there are too many, those go that were used least, down to three
// quarters of what there may be: so that it is rarely looked.
func (n *Newsroom) dropSizes(ctx context.Context) error {
	k := &n.sizes
	var all []storage.KeptSize
	of, bytes := map[content.ID]int{}, int64(0)
	err := n.store.Sizes(ctx, func(s storage.KeptSize) {
		all = append(all, s)
		of[s.Medium]++
		bytes += s.Bytes
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b storage.KeptSize) int {
		return cmp.Or(a.Used.Compare(b.Used), cmp.Compare(a.ID, b.ID))
	})
	crowded := map[content.ID]bool{}
	for id, count := range of {
		crowded[id] = count > maxSizes
	}
	full := bytes > k.bound
	var gone []string
	for _, s := range all {
		if full && bytes > k.bound/4*3 || crowded[s.Medium] && of[s.Medium] > maxSizes/4*3 {
			gone = append(gone, s.ID)
			of[s.Medium]--
			bytes -= s.Bytes
		}
	}
	if err := n.store.DropSizes(ctx, gone); err != nil {
		return err
	}
	k.of, k.bytes, k.added = of, bytes, 0
	return nil
}
