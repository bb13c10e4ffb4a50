package graph

import "sen/internal/content"

// AnswerArticles makes `articles` answer with a page that is there, for benchmarks of what
// comes after reading.
func AnswerArticles(r *Resolver, page *content.Connection[content.Article]) {
	r.relate("Query", map[string]relation{"articles": {load: func(*call) ([]any, error) { return []any{page}, nil }}})
}
