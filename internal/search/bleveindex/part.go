package bleveindex

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"sen/internal/search"
)

// part is one segment of an index, as one request sees it. The documents of a segment have numbers from 0, and a query
// selects a set of numbers. Queries are evaluated on these sets, and not by bleve's iterators: a set that is empty ends
// the evaluation, so most terms of a query are never looked up (BenchmarkFind).
type part struct {
	*scorch.SegmentSnapshot
	context.Context
	// dictionaries has the dictionaries that were opened, by field. sets has the documents of the terms that were looked
	// up.
	dictionaries map[string]segment.TermDictionary
	sets         map[fieldTerm]*roaring.Bitmap
}

type fieldTerm struct{ field, text string }

// partsOf returns the segments of a reader.
func partsOf(ctx context.Context, r index.IndexReader) (parts []*part) {
	for _, s := range r.(*scorch.IndexSnapshot).Segments() {
		parts = append(parts, &part{s, ctx, map[string]segment.TermDictionary{}, map[fieldTerm]*roaring.Bitmap{}})
	}
	return parts
}

// dictionary returns the dictionary of a field.
func (p *part) dictionary(field string) (segment.TermDictionary, error) {
	if d, ok := p.dictionaries[field]; ok {
		return d, nil
	}
	d, err := p.Segment().Dictionary(field)
	if err == nil {
		p.dictionaries[field] = d
	}
	return d, err
}

// term returns the documents with a term in a field. The caller must not change the set.
func (p *part) term(field, text string) (*roaring.Bitmap, error) {
	key := fieldTerm{field, text}
	if set, ok := p.sets[key]; ok {
		return set, nil
	}
	d, err := p.dictionary(field)
	if err != nil {
		return nil, err
	}
	postings, err := d.PostingsList([]byte(text), p.Deleted(), nil)
	if err != nil {
		return nil, err
	}
	set, err := setOf(postings.Iterator(false, false, false, nil))
	if err == nil {
		p.sets[key] = set
	}
	return set, err
}

// setOf returns the documents of an iterator, as its own set if it has one.
func setOf(postings segment.PostingsIterator) (*roaring.Bitmap, error) {
	if own, ok := postings.(segment.OptimizablePostingsIterator); ok {
		if set := own.ActualBitmap(); set != nil {
			return set, nil
		}
	}
	set := roaring.New()
	for {
		next, err := postings.Next()
		if next == nil || err != nil {
			return set, err
		}
		set.Add(uint32(next.Number())) //nolint:gosec // segments have less than 2³² documents
	}
}

// terms calls a function with each term of a field that begins with a prefix, and with the number of documents that
// have it, removed ones too.
func (p *part) terms(field, prefix string, each func(text string, count uint64) error) error {
	d, err := p.dictionary(field)
	if err != nil {
		return err
	}
	var from, to []byte
	if prefix != "" {
		from, to = []byte(prefix), behind(prefix)
	}
	found := d.AutomatonIterator(nil, from, to)
	for {
		e, err := found.Next()
		if e == nil || err != nil {
			return err
		}
		if err := each(e.Term, e.Count); err != nil {
			return err
		}
	}
}

// behind returns the smallest text that is greater than all that begin with a prefix; nil if there is none.
func behind(prefix string) []byte {
	end := []byte(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// eval returns those documents of a set that a query selects. It returns the set itself if it selects all of them; it
// does not change the set.
func (p *part) eval(q search.Query, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if within.IsEmpty() {
		return within, nil
	}
	switch q := q.(type) {
	case search.Term:
		set, err := p.term(string(q.Field), q.Text)
		return and(within, set), err
	case search.Prefix:
		found := roaring.New()
		err := p.terms(string(q.Field), q.Text, func(text string, _ uint64) error {
			set, err := p.term(string(q.Field), text)
			if err == nil {
				found.Or(set)
			}
			return err
		})
		return and(within, found), err
	case search.KeyIs:
		return p.anyOf(len(q.Values), within, func(i int) (*roaring.Bitmap, error) {
			set, err := p.term(string(q.Key), q.Values[i])
			return and(within, set), err
		})
	case search.Between:
		return p.between(q, within)
	case search.AllOf:
		return p.allOf(q, within)
	case search.AnyOf:
		return p.anyOf(len(q), within, func(i int) (*roaring.Bitmap, error) { return p.eval(q[i], within) })
	case search.AtLeast:
		return p.atLeast(q, within)
	case search.Not:
		without, err := p.eval(q.Query, within)
		if err != nil {
			return nil, err
		}
		return roaring.AndNot(within, without), nil
	case search.Everything:
		return within, nil
	}
	return nil, fmt.Errorf("the search index does not know the query %T", q)
}

// and returns the documents that are in both sets; nil for a nil set.
func and(within, set *roaring.Bitmap) *roaring.Bitmap {
	if set == nil {
		return nil
	}
	return roaring.And(within, set)
}

// allOf returns the documents that all queries select.
func (p *part) allOf(queries search.AllOf, within *roaring.Bitmap) (_ *roaring.Bitmap, err error) {
	for _, q := range queries {
		if within, err = p.eval(q, within); err != nil || within.IsEmpty() {
			return within, err
		}
	}
	return within, nil
}

// anyOf returns the documents of at least one of n sets.
func (p *part) anyOf(n int, within *roaring.Bitmap, set func(i int) (*roaring.Bitmap, error)) (*roaring.Bitmap, error) {
	found := roaring.New()
	for i := range n {
		some, err := set(i)
		if err != nil {
			return nil, err
		}
		if found.Or(some); found.GetCardinality() == within.GetCardinality() {
			break
		}
	}
	return found, nil
}

// atLeast returns the documents that at least N queries select.
func (p *part) atLeast(q search.AtLeast, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if q.N <= 0 {
		return within, nil
	}
	if q.N > len(q.Of) {
		return roaring.New(), nil
	}
	counts := make([]int, p.Segment().Count())
	found := roaring.New()
	for _, one := range q.Of {
		set, err := p.eval(one, within)
		if err != nil {
			return nil, err
		}
		for doc := range roaring.Values(set) {
			if counts[doc]++; counts[doc] == q.N {
				found.Add(doc)
			}
		}
	}
	return found, nil
}

// between returns the documents with a time in a range. A field of a time has a term for each time, which sorts like
// the time.
func (p *part) between(q search.Between, within *roaring.Bitmap) (*roaring.Bitmap, error) {
	if q.From != nil && q.To != nil && *q.From > *q.To {
		return roaring.New(), nil
	}
	d, err := p.dictionary(timeField(q.Time))
	if err != nil {
		return nil, err
	}
	var from, to []byte
	if q.From != nil {
		from = []byte(orderText(*q.From))
	}
	if q.To != nil {
		to = behind(orderText(*q.To))
	}
	found := roaring.New()
	for times := d.AutomatonIterator(nil, from, to); ; {
		e, err := times.Next()
		if err != nil {
			return nil, err
		}
		if e == nil {
			return roaring.And(within, found), nil
		}
		set, err := p.term(timeField(q.Time), e.Term)
		if err != nil {
			return nil, err
		}
		found.Or(set)
	}
}
