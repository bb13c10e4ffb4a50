package bleveindex

import (
	"cmp"
	"container/heap"
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
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
		for i, reader := range readers {
			parts, times := partsOf(ctx, reader), &x.stages[r.Stages[i]].times
			times.keep(parts)
			for _, p := range parts {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := found.in(p, times); err != nil {
					return err
				}
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

// boosted is a set of documents that get a weight.
type boosted struct {
	*roaring.Bitmap
	weight int
}

// in collects the hits of one segment.
func (f *finding) in(p *part, times *times) error {
	matches, err := p.eval(f.request.Match, p.DocNumbersLive())
	if err != nil || matches.IsEmpty() {
		return err
	}
	f.total += int(matches.GetCardinality()) //nolint:gosec // far below the largest int
	for key := range f.request.Facets {
		if err := f.count(p, key, matches); err != nil {
			return err
		}
	}
	if f.request.Size == 0 {
		return nil
	}
	var boosts []boosted
	for _, b := range f.request.Boosts {
		set, err := p.eval(b.Query, matches)
		if err != nil {
			return err
		}
		if !set.IsEmpty() {
			boosts = append(boosts, boosted{set, b.Weight})
		}
	}
	at, err := times.of(p)
	if err != nil {
		return err
	}
	for doc := range roaring.Values(matches) {
		place := search.Place{Time: at[doc]}
		for _, b := range boosts {
			if b.Contains(doc) {
				place.Score += b.weight
			}
		}
		if !f.mayBeHit(place) {
			continue
		}
		id, err := p.DocID(uint64(doc))
		if err != nil {
			return err
		}
		place.ID = content.ID(id)
		if after := f.request.After; after == nil || compare(*after, place) < 0 {
			f.best.add(place, f.request.Size)
		}
	}
	return nil
}

// mayBeHit reports whether a place whose id is not known yet may be among the hits.
func (f *finding) mayBeHit(p search.Place) bool {
	if after := f.request.After; after != nil && (p.Score > after.Score || p.Score == after.Score && p.Time > after.Time) {
		return false
	}
	if len(f.best) < f.request.Size {
		return true
	}
	worst := f.best[0]
	return p.Score > worst.Score || p.Score == worst.Score && p.Time >= worst.Time
}

// fewMatches is the number of documents up to which their values are counted one by one. For more, the documents of
// each value are counted.
const fewMatches = 64

// count counts the values of a key of some documents of a segment.
func (f *finding) count(p *part, key search.Key, matches *roaring.Bitmap) error {
	if matches.GetCardinality() <= fewMatches {
		return p.values(string(key), matches, func(_ uint32, value string) { f.counts[key][value]++ })
	}
	return p.terms(string(key), "", func(value string, _ uint64) error {
		set, err := p.term(string(key), value)
		if err != nil {
			return err
		}
		if n := set.AndCardinality(matches); n > 0 {
			f.counts[key][value] += int(n) //nolint:gosec // far below the largest int
		}
		return nil
	})
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
