//go:build bench

package graph

import "sen/internal/content"

// AnswerArticles makes `articles` answer with a given page, for benchmarks of everything after reading. It is
// compiled only with the tag bench: otherwise a test file inside the package would make Go compile all packages that
// import this one once more.
func AnswerArticles(r *Resolver, page *content.Connection[*content.Article]) {
	r.relate("Query", map[string]relation{"articles": {load: func(*call) ([]any, error) { return []any{page}, nil }}})
}

// WithoutShortcuts removes write and find from all relations, so that only answer is used.
func WithoutShortcuts(r *Resolver) {
	for name, rel := range r.relations {
		rel.write, rel.find = nil, nil
		r.relations[name] = rel
	}
}
