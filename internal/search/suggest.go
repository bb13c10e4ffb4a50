package search

import (
	"context"
	"slices"
	"unicode/utf8"

	"sen/internal/content"
)

// The bounds of suggestions for one or two letters: the words that may begin with them, and the documents they have.
const (
	maxBegun          = 16
	maxBegunDocuments = 10_000
)

// Suggest returns the entries whose titles or names have the words of a text, the last one as the beginning of a word,
// at most q.Size. Titles that begin with the text come first. Articles and media come after all other kinds.
func Suggest(ctx context.Context, e Engine, q Question) ([]Place, error) {
	p, err := newPlan(q)
	if err != nil || len(p.tokens) == 0 {
		return nil, err
	}
	match, boosts, err := suggesting(ctx, e, q, p)
	if err != nil {
		return nil, err
	}
	many := KeyIs{KeyKind, []string{string(content.KindArticle), string(content.KindMedia)}}
	var places []Place
	for _, kinds := range []Query{Not{many}, many} {
		r := q.request(AllOf{kinds, match}, boosts)
		r.After, r.Facets, r.Uncounted, r.Size = nil, nil, true, q.Size-len(places)
		result, err := e.Find(ctx, r)
		if err != nil {
			return nil, err
		}
		if places = append(places, result.Hits...); len(places) >= q.Size {
			break
		}
	}
	return places, nil
}

// suggesting returns what a text selects as it is typed.
func suggesting(ctx context.Context, e Engine, q Question, p *plan) (Query, []Boost, error) {
	last := len(p.tokens) - 1
	ends := map[Field]Query{}
	for _, field := range []Field{Title, Name} {
		query, err := begun(ctx, e, q.Stages, Prefix{field, p.tokens[last].Folded})
		if err != nil {
			return nil, nil, err
		}
		ends[field] = query
	}
	title, label := AllOf{ends[Title]}, AllOf{AnyOf{ends[Title], ends[Name]}}
	if last > 0 {
		others := planOf(p.tokens[:last], q)
		title, label = append(title, others.syllables(Title)), append(label, others.syllables(Title, Name))
	}
	boosts := []Boost{{p.wholes(false), 8}, {one(title), 2}}
	if whole, _ := join(p.tokens); len(whole) >= 3 {
		boosts = append(boosts, Boost{Prefix{Whole, cutAt(whole, maxWhole)}, 4})
	}
	return one(label), boosts, nil
}

// begun returns a query for the beginning of a word. One or two letters begin too many words, so it is for the most
// frequent words that are not in too many documents.
func begun(ctx context.Context, e Engine, stages []Stage, prefix Prefix) (Query, error) {
	if utf8.RuneCountInString(prefix.Text) > 2 {
		return prefix, nil
	}
	words, err := e.Expand(ctx, stages, Expansion{Field: prefix.Field, Text: prefix.Text}, maxBegun)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(words, func(x, y Expanded) int { return x.Count - y.Count })
	terms, documents := AnyOf{}, 0
	for _, w := range words {
		if documents += w.Count; documents > maxBegunDocuments {
			break
		}
		terms = append(terms, Term{prefix.Field, w.Text})
	}
	return terms, nil
}
