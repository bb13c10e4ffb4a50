package bleveindex

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"strconv"

	bleve "github.com/blevesearch/bleve/v2/search"
	index "github.com/blevesearch/bleve_index_api"

	"sen/internal/content"
	"sen/internal/search"
)

// Find implements [search.Engine].
func (x *Index) Find(ctx context.Context, r search.Request) (*search.Result, error) {
	found := &finding{request: r, counts: map[search.Key]map[string]int{}}
	for key := range r.Facets {
		found.counts[key] = map[string]int{}
	}
	err := x.reading(ctx, r.Stages, func(readers []index.IndexReader) error {
		for _, reader := range readers {
			if err := found.in(ctx, reader); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found.result(), nil
}

// finding collects the hits of a request.
type finding struct {
	request search.Request
	best    places
	total   int
	counts  map[search.Key]map[string]int
}

// boost is a weight with the iterator over the documents that get it.
type boost struct {
	bleve.Searcher
	weight int
	// at is the document at which the iterator is; nil behind the last one.
	at *bleve.DocumentMatch
}

// pool has the size of the pools of documents that iterators need. They allocate more if they need more.
const pool = 64

// checkEvery is the number of documents between two checks of the context.
const checkEvery = 4096

// in collects the hits of one reader.
func (f *finding) in(ctx context.Context, reader index.IndexReader) error {
	c := compiling{reader}
	matches, err := c.compile(ctx, f.request.Match)
	if err != nil {
		return err
	}
	defer func() { _ = matches.Close() }()
	boosts, err := f.boosts(ctx, c)
	if err != nil {
		return err
	}
	defer func() {
		for _, b := range boosts {
			_ = b.Close()
		}
	}()
	values, err := f.valuesOf(reader)
	if err != nil {
		return err
	}
	sc := &bleve.SearchContext{DocumentMatchPool: bleve.NewDocumentMatchPool(pool, 0), IndexReader: reader}
	for _, b := range boosts {
		if b.at, err = b.Next(sc); err != nil {
			return err
		}
	}
	for {
		hit, err := matches.Next(sc)
		if hit == nil || err != nil {
			return err
		}
		if f.total++; f.total%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := f.hit(sc, hit, boosts, values); err != nil {
			return err
		}
		sc.DocumentMatchPool.Put(hit)
	}
}

// boosts compiles the boosts of the request.
func (f *finding) boosts(ctx context.Context, c compiling) (all []*boost, err error) {
	for _, b := range f.request.Boosts {
		s, err := c.compile(ctx, b.Query)
		if err != nil {
			for _, made := range all {
				_ = made.Close()
			}
			return nil, err
		}
		all = append(all, &boost{Searcher: s, weight: b.Weight})
	}
	return all, nil
}

// hit collects one document.
func (f *finding) hit(sc *bleve.SearchContext, hit *bleve.DocumentMatch, boosts []*boost, values *values) error {
	place := search.Place{}
	for _, b := range boosts {
		has, err := b.has(sc, hit.IndexInternalID)
		if err != nil {
			return err
		}
		if has {
			place.Score += b.weight
		}
	}
	if values.facets != nil {
		if err := values.facets.VisitDocValues(hit.IndexInternalID, f.count); err != nil {
			return err
		}
	}
	size, after := f.request.Size, f.request.After
	if size == 0 || len(f.best) == size && place.Score < f.best[0].Score || after != nil && place.Score > after.Score {
		return nil // it can't be among the hits, whatever its time
	}
	var err error
	if place.Time, err = values.time(hit.IndexInternalID); err != nil {
		return err
	}
	if len(f.best) == size && place.Time < f.best[0].Time && place.Score == f.best[0].Score {
		return nil
	}
	id, err := sc.IndexReader.ExternalID(hit.IndexInternalID)
	if err != nil {
		return err
	}
	place.ID = content.ID(id)
	if after == nil || compare(*after, place) < 0 {
		f.best.add(place, size)
	}
	return nil
}

// has reports whether the iterator has a document. Documents must be asked for in their order.
func (b *boost) has(sc *bleve.SearchContext, id index.IndexInternalID) (bool, error) {
	for b.at != nil && b.at.IndexInternalID.Compare(id) < 0 {
		passed := b.at
		var err error
		if b.at, err = b.Advance(sc, id); err != nil {
			return false, err
		}
		sc.DocumentMatchPool.Put(passed)
	}
	return b.at != nil && b.at.IndexInternalID.Equals(id), nil
}

// count counts a value of a facet.
func (f *finding) count(field string, term []byte) { f.counts[search.Key(field)][string(term)]++ }

// values reads values of documents.
type values struct {
	order  index.DocValueReader
	facets index.DocValueReader // nil without facets
}

// valuesOf returns the values that the request needs.
func (f *finding) valuesOf(reader index.IndexReader) (v *values, err error) {
	v = &values{}
	if v.order, err = reader.DocValueReader([]string{orderField}); err != nil {
		return nil, err
	}
	var fields []string
	for key := range f.request.Facets {
		fields = append(fields, string(key))
	}
	if fields != nil {
		v.facets, err = reader.DocValueReader(fields)
	}
	return v, err
}

// time returns the time by which a document is ordered.
func (v *values) time(id index.IndexInternalID) (at int64, err error) {
	var wrong error
	err = v.order.VisitDocValues(id, func(_ string, term []byte) {
		n, failed := strconv.ParseUint(string(term), 16, 64)
		at, wrong = int64(n^1<<63), failed //nolint:gosec // the opposite of orderText
	})
	return at, cmp.Or(err, wrong)
}

// result returns what was found.
func (f *finding) result() *search.Result {
	slices.SortFunc(f.best, compare)
	r := &search.Result{Hits: f.best, Total: f.total, Facets: map[search.Key][]search.Bucket{}}
	for key, counts := range f.counts {
		var buckets []search.Bucket
		for value, n := range counts {
			buckets = append(buckets, search.Bucket{Value: value, Count: n})
		}
		slices.SortFunc(buckets, func(a, b search.Bucket) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		r.Facets[key] = buckets[:min(len(buckets), f.request.Facets[key])]
	}
	return r
}

// compare compares the places of two hits: the better one is smaller.
func compare(a, b search.Place) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Time, a.Time), cmp.Compare(a.ID, b.ID))
}

// places is a heap of hits with the worst one first.
type places []search.Place

// Len, Less, Swap, Push and Pop implement [heap.Interface].
func (p places) Len() int           { return len(p) }
func (p places) Less(i, j int) bool { return compare(p[i], p[j]) > 0 }
func (p places) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *places) Push(x any)        { *p = append(*p, x.(search.Place)) }
func (p *places) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}

// add adds a hit, and drops the worst one if there are more than size.
func (p *places) add(hit search.Place, size int) {
	if len(*p) < size {
		heap.Push(p, hit)
	} else if compare(hit, (*p)[0]) < 0 {
		(*p)[0] = hit
		heap.Fix(p, 0)
	}
}
