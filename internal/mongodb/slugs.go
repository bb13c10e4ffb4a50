package mongodb

import (
	"context"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"sen/internal/cache"
	"sen/internal/content"
)

// slugKey names a slug: as it leads readers to an entry or, filtering, to what lists are filtered by.
type slugKey struct {
	claimKey
	filtering bool
}

// knownSlug gives the entry that a slug leads readers to, if that is in memory.
func (c *Collection[T, F]) knownSlug(ctx context.Context, key slugKey, fields []string) (e *T, ok bool, err error) {
	id, ok := c.store.memory.slugs.Get(key)
	if !ok {
		return nil, false, nil
	}
	if id != "" {
		found, err := c.Known(ctx, []content.ID{id}, content.StagePublished, fields)
		if err != nil || found[0] == nil {
			return nil, false, err
		}
		e = found[0]
	}
	if e == nil || common(e).Slug != key.slug {
		cache.Note(ctx, cache.Kind(c.kind))
	}
	return e, true, nil
}

// keepSlug keeps where a slug leads readers: to the entry which has or had it, nil for none.
func (c *Collection[T, F]) keepSlug(key slugKey, e *T, since uint64) {
	id, tags := content.ID(""), []cache.Tag{cache.Kind(c.kind)} // any other may come to have the slug
	if e != nil {
		base := common(e)
		id, tags = base.ID, append(tags, cache.Entry(base.ID))
		if base.Slug == key.slug {
			tags = tags[1:]
		}
	}
	c.store.memory.slugs.Put(key, id, len(key.slug)+len(id), since, tags...)
}

// namedBy finds which entries some slugs of a filter, present or former, are of: of some kinds among the drafts too,
// and of the others as they lead readers.
func (s *Store) namedBy(ctx context.Context, keys []claimKey, drafts []content.Kind) (map[claimKey]claim, error) {
	var all, live []claimKey
	for _, key := range keys {
		if slices.Contains(drafts, key.kind) {
			all = append(all, key)
		} else {
			live = append(live, key)
		}
	}
	found, err := s.liveSlugs(ctx, live)
	if err != nil || len(all) == 0 {
		return found, err
	}
	held, err := s.claims(ctx, all)
	maps.Copy(found, held)
	return found, err
}

// liveSlugs finds which entries some slugs, present or former, lead readers to; from memory as far as that is there.
// What readers can't see is not in the answer, so that no filter tells that it exists.
func (s *Store) liveSlugs(ctx context.Context, keys []claimKey) (map[claimKey]claim, error) {
	found := make(map[claimKey]claim, len(keys))
	missing := map[content.Kind][]string{}
	for _, key := range keys {
		cache.Note(ctx, cache.Kind(key.kind))
		id, ok := s.memory.slugs.Get(slugKey{key, true})
		switch {
		case !ok:
			missing[key.kind] = append(missing[key.kind], key.slug)
		case id != "":
			found[key] = claim{Entry: id}
		}
	}
	since := s.journal.Now()
	var mu sync.Mutex
	tasks, taskCtx := errgroup.WithContext(ctx)
	for _, c := range s.collections() {
		slugs := missing[c.Kind()]
		if slugs == nil {
			continue
		}
		tasks.Go(func() error {
			ids, err := c.liveSlugs(taskCtx, slugs)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, slug := range slugs {
				key, id := claimKey{c.Kind(), slug}, ids[slug]
				if id != "" {
					found[key] = claim{Entry: id}
				}
				s.memory.slugs.Put(slugKey{key, true}, id, len(slug)+len(id), since, cache.Kind(c.Kind()))
			}
			return nil
		})
	}
	return found, tasks.Wait()
}

// liveSlugs finds the published entries that have some slugs, or had them.
func (c *Collection[T, F]) liveSlugs(ctx context.Context, slugs []string) (map[string]content.ID, error) {
	found := make(map[string]content.ID, len(slugs))
	var which any = bson.D{{Key: "$in", Value: slugs}}
	if len(slugs) == 1 {
		which = slugs[0]
	}
	v := c.view(content.StagePublished)
	filter := append(bson.D{{Key: v.at + "slug", Value: which}}, v.shown...)
	err := c.find(ctx, filter, options.Find().SetProjection(bson.D{{Key: v.at + "slug", Value: 1}}), func(cursor *mongo.Cursor) error {
		id, e, err := c.decode(v, document(cursor.Current))
		if e != nil {
			found[common(e).Slug] = id
		}
		return err
	})
	if err != nil || len(found) == len(slugs) {
		return found, err
	}
	var former []claimKey
	for _, slug := range slugs {
		if found[slug] == "" {
			former = append(former, claimKey{c.kind, slug})
		}
	}
	claims, err := c.store.claims(ctx, former)
	if err != nil || len(claims) == 0 {
		return found, err
	}
	var ids []content.ID
	for _, held := range claims {
		ids = append(ids, held.Entry)
	}
	return found, c.byIDs(ctx, ids, content.StagePublished, []string{formerSlugs}, func(id content.ID, e *T, _ int) {
		for key, held := range claims {
			if held.Entry == id && had(common(e), key.slug) {
				found[key.slug] = id
			}
		}
	})
}
