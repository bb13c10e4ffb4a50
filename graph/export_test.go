package graph

import "sen/internal/content"

// DocumentWeight is what a document that is kept counts as, in bytes.
func DocumentWeight(text string) int { return int(documentWeight(text, nil)) }

// AnswerArticles makes `articles` answer with a page that is there, for benchmarks of what
// comes after reading.
func AnswerArticles(r *Resolver, page *content.Connection[*content.Article]) {
	r.relate("Query", map[string]relation{"articles": {load: func(*call) ([]any, error) { return []any{page}, nil }}})
}

// AppendCacheKey appends the cache key of a copy.
var AppendCacheKey = appendCacheKey
