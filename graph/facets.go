package graph

import (
	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/search"
	"sen/internal/search/service"
)

// facetKeys maps each facet to the key that is counted.
var facetKeys = map[content.SearchFacet]search.Key{
	content.FacetKind: search.KeyKind, content.FacetSection: search.KeySection, content.FacetTag: search.KeyTag,
	content.FacetYear: search.KeyYear, content.FacetOrganization: search.KeyOrganization,
	content.FacetAwardLevel: search.KeyLevel,
}

// counts counts the hits of a search by some facets. A bucket of an entry that the actor can't see is left out.
func (r *Resolver) counts(
	c *call, q service.Question, by []content.SearchFacet,
) ([]*content.SearchFacetCounts, error) {
	keys := make([]search.Key, len(by))
	for i, facet := range by {
		keys[i] = facetKeys[facet]
	}
	counted, err := r.search.Count(c.ctx, q, keys)
	if err != nil {
		return nil, err
	}
	var ids []content.ID
	for _, buckets := range counted {
		for _, b := range buckets {
			if _, ok := content.ID(b.Value).Kind(); ok {
				ids = append(ids, content.ID(b.Value))
			}
		}
	}
	if _, err := c.entries(ids, c.bucketFields); err != nil {
		return nil, err
	}
	all := make([]*content.SearchFacetCounts, len(by))
	for i, facet := range by {
		all[i] = &content.SearchFacetCounts{By: facet, Buckets: []*content.SearchBucket{}}
		for _, b := range counted[keys[i]] {
			bucket := &content.SearchBucket{Key: b.Value, Label: b.Value, Count: b.Count}
			if id := content.ID(b.Value); facet == content.FacetKind {
				bucket.Key = scalar.KindName(content.Kind(b.Value))
				bucket.Label = bucket.Key
			} else if _, ok := id.Kind(); ok {
				e := c.entry(id)
				if e == nil {
					continue
				}
				bucket.Content = e
				bucket.Label, _ = e.Label().In(scalar.Chain(c.ctx))
			}
			all[i].Buckets = append(all[i].Buckets, bucket)
		}
	}
	return all, nil
}

// bucketFields returns the stored fields of a kind that the selection of buckets needs.
func (c *call) bucketFields(kind content.Kind) []string {
	buckets := c.rq.selected("SearchFacetCounts", "buckets", c.node)
	return c.rq.fieldsAt(kind, c.rq.selected("SearchBucket", "content", buckets...)...)
}
