//go:build bench

package graph

import "sen/internal/content"

// AnswerArticles makes `articles` answer with a page that is there, for benchmarks of what comes after reading. It is
// built with the tag bench alone: a test file inside the package would have all that stands on it compiled once more.
func AnswerArticles(r *Resolver, page *content.Connection[*content.Article]) {
	r.relate("Query", map[string]relation{"articles": {load: func(*call) ([]any, error) { return []any{page}, nil }}})
}

// WithoutShortcuts takes write and find from all relations, so that answer alone is used.
func WithoutShortcuts(r *Resolver) {
	for name, rel := range r.relations {
		rel.write, rel.find = nil, nil
		r.relations[name] = rel
	}
}
