package storage

import (
	"context"
	"encoding/json"
	"slices"

	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/storage/batch"
)

// maxEqual is how many identical reads of pages run at the same time.
const maxEqual = 1

// pagesRead is a read of one page for each of some parents.
type pagesRead[T any, F content.Filter[F]] struct {
	of      *Collection[T, F]
	list    List[F]
	parents []Within
	// keys are the cache keys of the pages, or nil if they are not cached.
	keys  []string
	pages []readPage[T]
}

// readShared reads one page for each of some parents from the store, and caches it if there are keys. Concurrent
// requests for the same pages share one read, except for working copies.
func (c *Collection[T, F]) readShared(
	ctx context.Context, l List[F], parents []Within, keys []string,
) ([]readPage[T], error) {
	begin := func() *pagesRead[T, F] { return &pagesRead[T, F]{of: c, list: l, parents: parents, keys: keys} }
	name, ok := c.nameOf(l, parents)
	if !ok {
		r := begin()
		err := r.Run(ctx)
		return r.pages, err
	}
	r, err := batch.Make(ctx, &c.store.reads, name, maxEqual, begin, func(*pagesRead[T, F]) bool { return true })
	if err != nil {
		return nil, err
	}
	if len(r.pages) > 0 { // all pages have the same tags; a request that joined the read did not collect them
		cache.Note(ctx, r.pages[0].tags...)
	}
	return r.pages, nil
}

// nameOf returns a name that identifies the whole request. It returns false if the read must not be shared.
func (c *Collection[T, F]) nameOf(l List[F], parents []Within) (name string, ok bool) {
	if !c.shared(l.Stage) {
		return "", false
	}
	asked, err := json.Marshal(struct {
		Kind    content.Kind
		List    List[F]
		Parents []Within
	}{c.kind, l, parents})
	return string(asked), err == nil // JSON can't encode a year of five digits
}

// Run implements [batch.Read].
func (r *pagesRead[T, F]) Run(ctx context.Context) (err error) {
	c, since := r.of, r.of.store.Feed.Journal.Now()
	ctx, tags := cache.Collect(ctx)
	read := c.readPages
	if r.list.Order == "" && slices.ContainsFunc(r.parents, func(w Within) bool { return w.Chosen }) {
		read = c.readMixed
	}
	if r.pages, err = read(ctx, r.list, r.parents, since); err != nil {
		return err
	}
	from := append(tags.All(), cache.Kind(c.kind))
	for i, page := range r.pages {
		page.asked, page.tags = r.list.Asked, from
		if r.keys != nil {
			c.store.memory.pages.Put(r.keys[i], page.keptPage, page.weight(), since, from...)
		}
	}
	return nil
}
