package opensearch

import (
	"fmt"

	"sen/internal/search"
)

var (
	everything = object{"match_all": object{}}
	nothing    = object{"match_none": object{}}
)

// translate returns a query in the language of OpenSearch.
func translate(q search.Query) (object, error) {
	switch q := q.(type) {
	case nil, search.Everything:
		return everything, nil
	case search.Term:
		return object{"term": object{tokenField(q.Field): q.Text}}, nil
	case search.Prefix:
		return object{"prefix": object{tokenField(q.Field): q.Text}}, nil
	case search.KeyIs:
		return object{"terms": object{keyField(q.Key): append([]string{}, q.Values...)}}, nil
	case search.Between:
		bounds := object{}
		if q.From != nil {
			bounds["gte"] = *q.From
		}
		if q.To != nil {
			bounds["lte"] = *q.To
		}
		return object{"range": object{timeField(q.Time): bounds}}, nil
	case search.AllOf:
		if len(q) == 0 {
			return everything, nil
		}
		parts, err := translateAll(q)
		return object{"bool": object{"filter": parts}}, err
	case search.AnyOf:
		return atLeast(1, q)
	case search.AtLeast:
		return atLeast(q.N, q.Of)
	case search.Not:
		part, err := translate(q.Query)
		return object{"bool": object{"must_not": part}}, err
	}
	return nil, fmt.Errorf("no translation for the query %T", q)
}

func translateAll(queries []search.Query) ([]object, error) {
	parts := make([]object, 0, len(queries))
	for _, q := range queries {
		part, err := translate(q)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func atLeast(n int, queries []search.Query) (object, error) {
	switch {
	case n <= 0:
		return everything, nil
	case n > len(queries):
		return nothing, nil
	}
	parts, err := translateAll(queries)
	return object{"bool": object{"should": parts, "minimum_should_match": n}}, err
}

// scored returns a query that selects what match selects, with the sum of the boosts' weights as the score.
func scored(match search.Query, boosts []search.Boost) (object, error) {
	filter, err := translate(match)
	if err != nil {
		return nil, err
	}
	weighted := make([]object, 0, len(boosts))
	for _, b := range boosts {
		q, err := translate(b.Query)
		if err != nil {
			return nil, err
		}
		weighted = append(weighted, object{"constant_score": object{"filter": q, "boost": b.Weight}})
	}
	return object{"bool": object{"filter": filter, "should": weighted, "minimum_should_match": 0}}, nil
}
