package storage

import (
	"context"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/sync/errgroup"

	"sen/internal/bsondoc"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// A filter by a relation counts only links to entries that the actor can see, as the answer shows only those. These
// entries are looked up before the filter becomes conditions. So the filter is traversed twice: first to collect the
// questions, then to use the answers (docs/adr/0019).

// answer looks up what a filter needs: slugs, ids and targets of links in parallel; then the entries that match every
// `where`, the deepest first, since the outer ones depend on the inner ones.
func (l *lookups) answer(ctx context.Context) error {
	a := &answers{seen: map[content.ID]bool{}, ends: map[linkOf]*linkEnds{}, reached: map[any][]content.ID{}}
	var mu sync.Mutex
	tasks, taskCtx := errgroup.WithContext(ctx)
	if len(l.asked.slugs) > 0 {
		tasks.Go(func() (err error) {
			a.slugs, err = l.store.namedBy(taskCtx, l.asked.slugs, l.drafts)
			return err
		})
	}
	for kind, ids := range l.asked.ids {
		tasks.Go(func() error {
			seen, err := l.store.collectionOf(kind).visible(taskCtx, ids, stageFor(kind, l.drafts))
			mu.Lock()
			defer mu.Unlock()
			for _, id := range seen {
				a.seen[id] = true
			}
			return err
		})
	}
	for link := range l.asked.links {
		tasks.Go(func() error {
			ends, err := l.store.collectionOf(link.kind).ends(taskCtx, link, stageFor(link.of, l.drafts))
			mu.Lock()
			defer mu.Unlock()
			a.ends[link] = ends
			return err
		})
	}
	if err := tasks.Wait(); err != nil {
		return err
	}
	l.answers = a
	for depth := content.MaxWhereDepth; depth > 0; depth-- {
		if err := l.reach(ctx, depth); err != nil {
			return err
		}
	}
	return nil
}

// visible returns those of some entries that are visible at a stage. For readers it uses the cache as far as possible.
func (c *Collection[T, F]) visible(
	ctx context.Context, ids []content.ID, stage content.Stage,
) (seen []content.ID, err error) {
	found, err := c.Cached(ctx, ids, stage, nil)
	for i, e := range found {
		if !content.IsNil(e) {
			seen = append(seen, ids[i])
		}
	}
	return seen, err
}

// ends returns which targets of a stored link are visible at a stage. For readers the result is cached until
// something of either kind changes.
func (c *Collection[T, F]) ends(ctx context.Context, link linkOf, stage content.Stage) (*linkEnds, error) {
	v := c.lists.View(link.stage)
	shared := !v.Editing && stage != content.StageDraft
	tags := []cache.Tag{cache.Kind(c.kind), cache.Kind(link.of)}
	key, since := string(c.kind)+" "+link.field, c.store.Feed.Journal.Now()
	if shared {
		cache.Note(ctx, tags...)
		if known, ok := c.store.memory.ends.Get(key); ok {
			return known, nil
		}
	}
	all, err := c.linkedIDs(ctx, v, link.field, link.of)
	if err != nil {
		return nil, err
	}
	seen, err := c.store.collectionOf(link.of).visibleAmong(ctx, all, stage)
	if err != nil {
		return nil, err
	}
	e := endsOf(all, seen)
	if shared {
		c.store.memory.ends.Put(key, e, 64*len(e.ids), since, tags...)
	}
	return e, nil
}

// linkedIDs returns the distinct ids in a stored link, whether or not the entries exist. For working copies there is
// no index on the single link. So it reads the index of all links of the entries, and the result may contain more ids
// than the link has.
func (c *Collection[T, F]) linkedIDs(
	ctx context.Context, v query.View, field string, of content.Kind,
) ([]content.ID, error) {
	path := v.At + field
	if v.Editing {
		path = "links"
	}
	found := map[content.ID]bool{}
	add := func(id string) {
		if kind, ok := content.ID(id).Kind(); ok && kind == of {
			found[content.ID(id)] = true
		}
	}
	ends, err := c.read(v).Distinct(ctx, path)
	if err != nil {
		return nil, err
	}
	for _, id := range ends {
		add(id)
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// visibleAmong returns which of some entries are visible at a stage. There is no limit on their number.
func (c *Collection[T, F]) visibleAmong(
	ctx context.Context, ids []content.ID, stage content.Stage,
) (map[content.ID]bool, error) {
	seen := make(map[content.ID]bool, len(ids))
	for chunk := range slices.Chunk(ids, maxIDs) {
		v := c.lists.ViewByID(stage)
		filter := append(bson.D{{Key: "_id", Value: query.OneOf(chunk)}}, v.Shown...)
		err := c.read(v).Find(ctx, engine.Query{Filter: filter, Fields: idOnly, Batch: len(chunk)}, func(doc bson.Raw) error {
			id := bsondoc.ID(doc)
			seen[content.ID(id)] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// maxIDs is how many entries one command looks up: a command has at most 48 MB, an id at most 64 bytes.
const maxIDs = 100_000

// reach looks up the entries that match the `where` filters of one depth, in one round trip.
func (l *lookups) reach(ctx context.Context, depth int) error {
	var asked []reached
	var queries []engine.Query
	for _, r := range l.asked.reached {
		if r.depth != depth {
			continue
		}
		query, err := r.query()
		if err != nil {
			return err
		}
		cache.Note(ctx, cache.Kind(r.kind))
		asked, queries = append(asked, r), append(queries, query)
	}
	if asked == nil {
		return nil
	}
	found := make([][]content.ID, len(asked))
	err := l.store.engine.Table(queries[0].Table).FindEach(ctx, queries, func(i int, doc bson.Raw) error {
		found[i] = append(found[i], content.ID(bsondoc.ID(doc)))
		return nil
	})
	if err != nil {
		return err
	}
	for i, r := range asked {
		if len(found[i]) > content.MaxWhereEntries {
			return content.Errorf(content.CodeTooComplex,
				"A `where` in the filter holds for more than %d entries of the kind %s, "+
					"which is the limit. Add conditions to it, so that it holds for fewer.", content.MaxWhereEntries, r.kind)
		}
		l.answers.reached[r.filter] = found[i]
	}
	return nil
}
