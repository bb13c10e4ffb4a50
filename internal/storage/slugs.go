package storage

import (
	"context"
	"reflect"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
)

// cachedSlug returns the entry to which a slug leads readers, if the cache knows it.
func (c *Collection[T, F]) cachedSlug(ctx context.Context, key claimKey, fields []string) (e T, ok bool, err error) {
	id, ok := c.store.memory.slugs.Get(key.addressed())
	if !ok {
		return e, false, nil
	}
	if id != "" {
		found, err := c.Cached(ctx, []content.ID{id}, content.StagePublished, fields)
		if err != nil || content.IsNil(found[0]) {
			return e, false, err
		}
		e = found[0]
	}
	if content.IsNil(e) || common(e).Slug != key.slug {
		cache.Note(ctx, cache.Kind(c.kind))
	}
	return e, true, nil
}

// cacheSlug caches where a slug leads readers: to the entry that has or had it. A nil entry means that it leads
// nowhere.
func (c *Collection[T, F]) cacheSlug(key claimKey, e T, since uint64) {
	id, tags := content.ID(""), []cache.Tag{cache.Kind(c.kind)} // another entry may get the slug later
	if !content.IsNil(e) {
		base := common(e)
		id, tags = base.ID, append(tags, cache.Entry(base.ID))
		if base.Slug == key.slug {
			tags = tags[1:]
		}
	}
	c.store.memory.slugs.Put(key.addressed(), id, len(key.slug)+len(id), since, tags...)
}

// namedBy finds the entries that have, or had, some slugs of a filter. For the kinds in drafts it includes
// unpublished entries. For the others it returns only entries that readers see, so that no filter reveals an
// unpublished entry. It reads first the cache, then the claims, and at last the entries whose claims don't say
// whether readers see them.
func (s *Store) namedBy(ctx context.Context, keys []claimKey, drafts []content.Kind) (map[claimKey]content.ID, error) {
	found := make(map[claimKey]content.ID, len(keys))
	var missing []claimKey
	since := s.Feed.Journal.Now()
	for _, key := range keys {
		if slices.Contains(drafts, key.kind) {
			missing = append(missing, key)
			continue
		}
		cache.Note(ctx, cache.Kind(key.kind))
		id, ok := s.memory.slugs.Get(key.filtering())
		if !ok {
			missing = append(missing, key)
		} else if id != "" {
			found[key] = id
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	claims, err := s.readClaims(ctx, missing)
	if err != nil {
		return nil, err
	}
	unsure := map[content.Kind]map[claimKey]claim{}
	for key, held := range claims {
		switch {
		case held.Public || slices.Contains(drafts, key.kind):
			found[key] = held.Entry
		case unsure[key.kind] == nil:
			unsure[key.kind] = map[claimKey]claim{key: held}
		default:
			unsure[key.kind][key] = held
		}
	}
	if err := s.seen(ctx, unsure, found); err != nil {
		return nil, err
	}
	for _, key := range missing {
		if !slices.Contains(drafts, key.kind) {
			id := found[key]
			s.memory.slugs.Put(key.filtering(), id, len(key.slug)+len(id), since, cache.Kind(key.kind))
		}
	}
	return found, nil
}

// seen adds to found the claims whose entries readers see with the slug.
func (s *Store) seen(
	ctx context.Context, claims map[content.Kind]map[claimKey]claim, found map[claimKey]content.ID,
) error {
	var mu sync.Mutex
	tasks, taskCtx := errgroup.WithContext(ctx)
	for _, c := range s.collections {
		if of := claims[c.Kind()]; of != nil {
			tasks.Go(func() error {
				return c.seen(taskCtx, of, func(key claimKey, id content.ID) {
					mu.Lock()
					defer mu.Unlock()
					found[key] = id
				})
			})
		}
	}
	return tasks.Wait()
}

var claimDecoder = bsondoc.DecoderOf(reflect.TypeFor[claim]())

// claims reads the claims of some slugs. The map has no key for a slug that nobody claimed.
func (s *Store) claims(ctx context.Context, keys []claimKey) (map[claimKey]claim, error) {
	return s.lookUpClaims(ctx, keys, false)
}

// readClaims does what claims does, batched with other requests. Writes must not use it.
func (s *Store) readClaims(ctx context.Context, keys []claimKey) (map[claimKey]claim, error) {
	return s.lookUpClaims(ctx, keys, true)
}

func (s *Store) lookUpClaims(ctx context.Context, keys []claimKey, shared bool) (map[claimKey]claim, error) {
	l := &Lookup{
		name: routes, table: routes, path: "_id", shared: shared,
		decode: func(doc bson.Raw) (string, any, error) {
			var held claim
			err := claimDecoder.Decode(bsondoc.Document(doc), &held)
			return held.ID, held, err
		},
	}
	for _, k := range keys {
		l.values = append(l.values, k.id())
	}
	if err := s.Look(ctx, l); err != nil {
		return nil, err
	}
	claims := make(map[claimKey]claim, len(keys))
	for _, k := range keys {
		if held, ok := l.found[k.id()].decoded.(claim); ok {
			claims[k] = held
		}
	}
	return claims, nil
}

// heldBy reads the claims of some slugs, with nil for a slug that nobody claimed.
func (s *Store) heldBy(ctx context.Context, keys []claimKey) ([]*claim, error) {
	have, err := s.claims(ctx, keys)
	held := make([]*claim, len(keys))
	for i, key := range keys {
		if c, ok := have[key]; ok {
			held[i] = &c
		}
	}
	return held, err
}
