package opensearch

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"sen/internal/content"
	"sen/internal/search"
)

const (
	// facetValues is the number of values of a facet that each index reports. It is larger than the number of values
	// that a site has, so that sums over two indexes are exact.
	facetValues = 20_000
	// signaturePage is the number of documents in one answer of signatures.
	signaturePage = 5000
)

// found is the answer to a search.
type found struct {
	Hits struct {
		Total struct {
			Value int `json:"value"`
		} `json:"total"`
		Hits []hit `json:"hits"`
	} `json:"hits"`
	Aggregations map[string]struct {
		Buckets []bucket `json:"buckets"`
		Count   int      `json:"doc_count"`
	} `json:"aggregations"`
}

type hit struct {
	Sort   []json.RawMessage   `json:"sort"`
	Fields map[string][]string `json:"fields"`
}

type bucket struct {
	Key   string `json:"key"`
	Count int    `json:"doc_count"`
}

// search sends a search over some stages. An answer from only some of the shards is an error.
func (e *Engine) search(ctx context.Context, of []search.Stage, body object) (*found, error) {
	body["_source"] = false
	var f found
	err := e.using(ctx, func() error {
		return e.read(ctx, http.MethodPost, e.aliases(of)+"/_search?allow_partial_search_results=false", body, &f)
	})
	return &f, err
}

// Find returns the best hits of a request.
func (e *Engine) Find(ctx context.Context, r search.Request) (*search.Result, error) {
	query, err := scored(r.Match, r.Boosts)
	if err != nil {
		return nil, err
	}
	body := object{
		"query": query, "size": r.Size, "track_total_hits": !r.Uncounted,
		"sort": []object{{"_score": "desc"}, {fieldSort: "desc"}, {fieldID: "asc"}},
	}
	if r.After != nil {
		body["search_after"] = []any{r.After.Score, r.After.Time, r.After.ID}
	}
	facets := object{}
	for key, size := range r.Facets {
		if size > 0 {
			facets[string(key)] = terms(keyField(key), size, "")
		}
	}
	if len(facets) > 0 {
		body["aggs"] = facets
	}
	f, err := e.search(ctx, r.Stages, body)
	if err != nil {
		return nil, err
	}
	result := &search.Result{Total: f.Hits.Total.Value}
	for _, h := range f.Hits.Hits {
		place, err := h.place()
		if err != nil {
			return nil, err
		}
		result.Hits = append(result.Hits, place)
	}
	if r.Facets != nil {
		result.Facets = make(map[search.Key][]search.Bucket, len(r.Facets))
	}
	for key := range r.Facets {
		result.Facets[key] = nil // the field is there even without values
		for _, b := range f.Aggregations[string(key)].Buckets {
			result.Facets[key] = append(result.Facets[key], search.Bucket{Value: b.Key, Count: b.Count})
		}
	}
	return result, nil
}

// terms counts documents by the values of a field. Include is a regular expression for the values; empty for all.
func terms(field string, size int, include string) object {
	t := object{
		"field": field, "size": size, "shard_size": max(size, facetValues),
		"order": []object{{"_count": "desc"}, {"_key": "asc"}},
	}
	if include != "" {
		t["include"] = include
	}
	return object{"terms": t}
}

// place reads the place of a hit from the values by which it is sorted.
func (h hit) place() (p search.Place, err error) {
	if len(h.Sort) != 3 {
		return p, fmt.Errorf("a hit with %d values and not 3", len(h.Sort))
	}
	var score float64
	for i, to := range []any{&score, &p.Time, &p.ID} {
		if err := json.Unmarshal(h.Sort[i], to); err != nil {
			return p, err
		}
	}
	p.Score = int(score)
	return p, nil
}

// Documents returns the number of documents of a stage.
func (e *Engine) Documents(ctx context.Context, stage search.Stage) (int, error) {
	n, _, err := e.Frequencies(ctx, []search.Stage{stage}, nil)
	return n, err
}

// Signatures calls a function with the signature of every document of a stage, in the order of ids. A document that
// changes meanwhile has its old or its new signature.
func (e *Engine) Signatures(
	ctx context.Context, stage search.Stage, each func(id content.ID, signature string) error,
) error {
	body := object{
		"size": signaturePage, "track_total_hits": false,
		"sort": []object{{fieldID: "asc"}}, "docvalue_fields": []string{fieldSignature},
	}
	for {
		f, err := e.search(ctx, []search.Stage{stage}, body)
		if err != nil {
			return err
		}
		for _, h := range f.Hits.Hits {
			var id content.ID
			if len(h.Sort) != 1 || len(h.Fields[fieldSignature]) != 1 {
				return fmt.Errorf("a document without id or signature in %s", e.alias(stage))
			}
			if err := json.Unmarshal(h.Sort[0], &id); err != nil {
				return err
			}
			if err := each(id, h.Fields[fieldSignature][0]); err != nil {
				return err
			}
			body["search_after"] = []any{id}
		}
		if len(f.Hits.Hits) < signaturePage {
			return nil
		}
	}
}
