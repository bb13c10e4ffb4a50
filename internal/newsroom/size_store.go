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

// DefaultSizeBytes is the default limit for the total of all stored picture sizes, in bytes. About 20,000 sizes fit.
const DefaultSizeBytes = 1 << 30

// maxSizes is how many sizes of one picture are stored at most. It is enough for several page layouts.
const maxSizes = 64

// sizes stores resized pictures and counts them, as far as this process has seen. Other processes may store sizes, too.
// This process counts again at the latest after it has stored a sixteenth of the limit itself.
type sizes struct {
	// making joins concurrent requests for one size, so that it is made once.
	making singleflight.Group

	limit int64 // in bytes
	mu    sync.Mutex
	// of counts the sizes of each picture; it is nil before the first count. bytes is the total of all sizes; added is
	// the total of those stored since the last count.
	of           map[content.ID]int
	bytes, added int64
}

// keep stores a resized picture of a medium under a key. When the picture, or the whole store, then has too many sizes,
// it evicts the least recently used ones.
func (k *sizes) keep(
	ctx context.Context, store *storage.Store, medium content.ID, key string, made picture.Resized, now time.Time,
) error {
	bytes := int64(len(made.Data))
	if bytes > k.limit/4 {
		return nil // storing it would evict too many others
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil {
		if err := store.DropFormerSizes(ctx); err != nil {
			return err
		}
		if err := k.evict(ctx, store); err != nil {
			return err
		}
	}
	if err := store.PutSize(ctx, medium, key, made.Format.MimeType(), made.Data, now); err != nil {
		return err
	}
	k.of[medium]++
	k.bytes, k.added = k.bytes+bytes, k.added+bytes
	if k.bytes > k.limit || k.added > k.limit/16 || k.of[medium] > maxSizes {
		return k.evict(ctx, store)
	}
	return nil
}

// evict counts all stored sizes. When there are too many, it removes the least recently used ones until three quarters
// of the limit are left, so that evictions are rare.
func (k *sizes) evict(ctx context.Context, store *storage.Store) error {
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
	full := bytes > k.limit
	var gone []string
	for _, s := range all {
		if full && bytes > k.limit/4*3 || crowded[s.Medium] && of[s.Medium] > maxSizes/4*3 {
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
