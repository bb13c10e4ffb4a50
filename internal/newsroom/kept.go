package newsroom

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"sen/internal/content"
	"sen/internal/picture"
	"sen/internal/storage"
)

// DefaultSizeBytes is what all sizes of pictures may take in the store when nothing else is said: some twenty thousand.
const DefaultSizeBytes = 1 << 30

// maxSizes bounds how many sizes are kept of one picture: what several layouts ask for.
const maxSizes = 64

// sizes knows what is kept of sizes of pictures, as far as this process has seen. Others may keep some too, which is
// seen when it looks again: at the latest when it has kept a sixteenth of the bound itself.
type sizes struct {
	// making lets each size be made once, however many ask for it at a time.
	making singleflight.Group

	bound int64 // in bytes
	mu    sync.Mutex
	// of counts those of a picture; nil before the first look. bytes is the sum of all, and added what came since the
	// look.
	of           map[content.ID]int
	bytes, added int64
}

// keep keeps a size that was made of a medium, under a key. Where there are too many sizes of the picture, or in all,
// those that were used least are removed.
func (k *sizes) keep(ctx context.Context, store *storage.Store, medium content.ID, key string, made picture.Resized, now time.Time) error {
	bytes := int64(len(made.Data))
	if bytes > k.bound/4 {
		return nil // it would drive out too many others
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		if err := store.DropFormerSizes(ctx); err != nil {
			return err
		}
		if err := k.drop(ctx, store); err != nil {
			return err
		}
	}
	if err := store.PutSize(ctx, medium, key, made.Format.MimeType(), made.Data, now); err != nil {
		return err
	}
	k.of[medium]++
	k.bytes, k.added = k.bytes+bytes, k.added+bytes
	if k.bytes > k.bound || k.added > k.bound/16 || k.of[medium] > maxSizes {
		return k.drop(ctx, store)
	}
	return nil
}

// drop looks at all sizes that are kept. Where there are too many, those go that were used least, down to three
// quarters of what there may be: so that it is rarely looked.
func (k *sizes) drop(ctx context.Context, store *storage.Store) error {
	var all []storage.KeptSize
	of, bytes := map[content.ID]int{}, int64(0)
	err := store.Sizes(ctx, func(s storage.KeptSize) {
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
	if err := store.DropSizes(ctx, gone); err != nil {
		return err
	}
	k.of, k.bytes, k.added = of, bytes, 0
	return nil
}
