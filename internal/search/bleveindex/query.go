package bleveindex

import (
	"context"
	"fmt"

	bleve "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"

	"sen/internal/search"
)

// unscored lets bleve join the sets of documents of several terms as bitmaps.
var unscored = bleve.SearcherOptions{Score: "none"}

// compiling turns queries into iterators over the documents of one reader.
type compiling struct{ reader index.IndexReader }

// compile returns an iterator over the documents that a query selects.
func (c compiling) compile(ctx context.Context, q search.Query) (bleve.Searcher, error) {
	switch q := q.(type) {
	case search.Term:
		return searcher.NewTermSearcher(ctx, c.reader, q.Text, string(q.Field), 1, unscored)
	case search.Prefix:
		terms, err := prefixed(c.reader, string(q.Field), q.Text)
		if err != nil {
			return nil, err
		}
		return c.oneOf(ctx, string(q.Field), terms)
	case search.KeyIs:
		return c.oneOf(ctx, string(q.Key), q.Values)
	case search.Between:
		return c.between(ctx, q)
	case search.AllOf:
		return c.allOf(ctx, q)
	case search.AnyOf:
		return c.atLeast(ctx, 1, q)
	case search.AtLeast:
		return c.atLeast(ctx, q.N, q.Of)
	case search.Not:
		return c.allOf(ctx, search.AllOf{q})
	case search.Everything:
		return searcher.NewMatchAllSearcher(ctx, c.reader, 1, unscored)
	}
	return nil, fmt.Errorf("the search index does not know the query %T", q)
}

// oneOf selects the documents with one of some terms in a field.
func (c compiling) oneOf(ctx context.Context, field string, terms []string) (bleve.Searcher, error) {
	if len(terms) == 0 {
		return searcher.NewMatchNoneSearcher(c.reader)
	}
	return searcher.NewMultiTermSearcher(ctx, c.reader, terms, field, 1, unscored, false)
}

// between selects the documents with a time in a range.
func (c compiling) between(ctx context.Context, q search.Between) (bleve.Searcher, error) {
	bound := func(ms *int64) *float64 {
		if ms == nil {
			return nil
		}
		n := float64(*ms)
		return &n
	}
	both := true
	return searcher.NewNumericRangeSearcher(ctx, c.reader, bound(q.From), bound(q.To), &both, &both, timeField(q.Time), 1,
		unscored)
}

// compileAll compiles several queries. It closes those before one that fails.
func (c compiling) compileAll(ctx context.Context, queries []search.Query) ([]bleve.Searcher, error) {
	all := make([]bleve.Searcher, 0, len(queries))
	for _, q := range queries {
		s, err := c.compile(ctx, q)
		if err != nil {
			for _, made := range all {
				_ = made.Close()
			}
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// allOf selects the documents that all queries select.
func (c compiling) allOf(ctx context.Context, queries search.AllOf) (bleve.Searcher, error) {
	var must, mustNot []search.Query
	for _, q := range queries {
		if not, ok := q.(search.Not); ok {
			mustNot = append(mustNot, not.Query)
		} else {
			must = append(must, q)
		}
	}
	if len(must) == 0 {
		must = append(must, search.Everything{})
	}
	if len(must) == 1 && len(mustNot) == 0 {
		return c.compile(ctx, must[0])
	}
	all, err := c.compileAll(ctx, must)
	if err != nil {
		return nil, err
	}
	joined := all[0]
	if len(all) > 1 {
		if joined, err = searcher.NewConjunctionSearcher(ctx, c.reader, all, unscored); err != nil {
			return nil, err
		}
	}
	if len(mustNot) == 0 {
		return joined, nil
	}
	without, err := c.atLeast(ctx, 1, mustNot)
	if err != nil {
		_ = joined.Close()
		return nil, err
	}
	return searcher.NewBooleanSearcher(ctx, c.reader, joined, nil, without, unscored)
}

// atLeast selects the documents that at least n of some queries select.
func (c compiling) atLeast(ctx context.Context, n int, queries []search.Query) (bleve.Searcher, error) {
	switch {
	case n <= 0:
		return c.compile(ctx, search.Everything{})
	case n > len(queries):
		return searcher.NewMatchNoneSearcher(c.reader)
	case len(queries) == 1:
		return c.compile(ctx, queries[0])
	}
	all, err := c.compileAll(ctx, queries)
	if err != nil {
		return nil, err
	}
	return searcher.NewDisjunctionSearcher(ctx, c.reader, all, float64(n), unscored)
}

// prefixed returns the terms of a field that begin with a text.
func prefixed(r index.IndexReader, field, prefix string) (terms []string, err error) {
	err = eachTerm(func() (index.FieldDict, error) { return r.FieldDictPrefix(field, []byte(prefix)) },
		func(e *index.DictEntry) { terms = append(terms, e.Term) })
	return terms, err
}

// eachTerm calls a function with each term of a dictionary.
func eachTerm(open func() (index.FieldDict, error), each func(*index.DictEntry)) error {
	dict, err := open()
	if err != nil {
		return err
	}
	defer func() { _ = dict.Close() }()
	for {
		e, err := dict.Next()
		if e == nil || err != nil {
			return err
		}
		each(e)
	}
}
