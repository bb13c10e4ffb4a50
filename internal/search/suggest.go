package search

import (
	"context"
	"slices"
	"unicode/utf8"

	"sen/internal/content"
)

// The bounds of suggestions: the words that may begin with what is typed, and the articles that they are in.
const (
	maxBegun    = 16
	maxArticles = 10_000
)

// numerous are the kinds of which there are many more entries than of the others.
var numerous = []content.Kind{content.KindArticle, content.KindMedia}

// Suggest returns the entries whose titles or names have the words of a text, the last one as the beginning of a word,
// at most q.Size. Titles that begin with the text come first. Articles and media come after all other kinds.
func Suggest(ctx context.Context, e Engine, q Question) ([]Place, error) {
	p, err := newPlan(q)
	if err != nil || len(p.tokens) == 0 {
		return nil, err
	}
	q.After, q.Facets = nil, nil
	var few, many []string
	for _, kind := range content.Kinds() {
		if slices.Contains(numerous, kind) {
			many = append(many, string(kind))
		} else {
			few = append(few, string(kind))
		}
	}
	s := suggester{engine: e, question: q, plan: p}
	match, err := s.beginning(ctx)
	if err != nil {
		return nil, err
	}
	places, err := s.find(ctx, AllOf{KeyIs{KeyKind, few}, match}, q.Size)
	if err != nil || len(places) >= q.Size {
		return places, err
	}
	if match, err = s.bounded(ctx, match); err != nil {
		return nil, err
	}
	others, err := s.find(ctx, AllOf{KeyIs{KeyKind, many}, match}, q.Size-len(places))
	return append(places, others...), err
}

// suggester finds what begins with a text.
type suggester struct {
	engine   Engine
	question Question
	plan     *plan
	boosts   []Boost
}

// find returns the first entries that a query selects.
func (s *suggester) find(ctx context.Context, match Query, size int) ([]Place, error) {
	r := s.question.request(match, s.boosts)
	r.Size, r.Uncounted = size, true
	result, err := s.engine.Find(ctx, r)
	if err != nil {
		return nil, err
	}
	return result.Hits, nil
}

// beginning selects what has the words in titles and names, the last one as the beginning of a word. One or two letters
// are for the most frequent words that begin with them. It also sets the boosts: whole titles, titles that begin with
// the text, and titles.
func (s *suggester) beginning(ctx context.Context) (Query, error) {
	last := len(s.plan.tokens) - 1
	typed := s.plan.tokens[last].Folded
	var begun AnyOf
	for _, field := range []Field{Title, Name} {
		var begins Query = Prefix{field, typed}
		if utf8.RuneCountInString(typed) < 3 {
			terms, _, err := s.expand(ctx, field, typed)
			if err != nil {
				return nil, err
			}
			begins = AnyOf(terms)
		}
		begun = append(begun, begins)
	}
	whole, _ := join(s.plan.tokens)
	var wholes Query = Prefix{Whole, cutAt(whole, maxWhole)}
	if last == 0 || len(whole) < 6 { // too many titles may begin with it
		terms, _, err := s.expand(ctx, Whole, whole)
		if err != nil {
			return nil, err
		}
		wholes = AnyOf(terms)
	}
	s.boosts = []Boost{{s.plan.wholes(false), 4}, {wholes, 2}, {begun[0], 1}}
	if last == 0 {
		return begun, nil
	}
	return AllOf{planOf(s.plan.tokens[:last], s.question).syllables(Title, Name), begun}, nil
}

// bounded is beginning for kinds with many entries. One word is for titles that begin with it, and for words in few
// titles and names. One or two letters after other words must follow them.
func (s *suggester) bounded(ctx context.Context, match Query) (Query, error) {
	last := len(s.plan.tokens) - 1
	typed := s.plan.tokens[last].Folded
	if last > 0 && utf8.RuneCountInString(typed) > 2 {
		return match, nil
	}
	fields := []Field{Title, Name, Whole}
	if last > 0 {
		typed, _ = bigram(s.plan.tokens[last-1], s.plan.tokens[last])
		fields = []Field{Title.Bigrams(), Name.Bigrams()}
	}
	var begun AnyOf
	for _, field := range fields {
		terms, counts, err := s.expand(ctx, field, typed)
		if err != nil {
			return nil, err
		}
		sum := 0
		for i := len(terms) - 1; i >= 0; i-- { // the rarest first
			if sum += counts[i]; sum > maxArticles && last == 0 {
				break
			}
			begun = append(begun, terms[i])
		}
	}
	if last < 2 {
		return begun, nil
	}
	return AllOf{planOf(s.plan.tokens[:last-1], s.question).syllables(Title, Name), begun}, nil
}

// expand returns the most frequent words of a field that begin with a text, and in how many documents they are.
func (s *suggester) expand(ctx context.Context, field Field, text string) (terms []Query, counts []int, err error) {
	words, err := s.engine.Expand(ctx, s.question.Stages, Expansion{Field: field, Text: text}, maxBegun)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range words {
		terms, counts = append(terms, Term{field, w.Text}), append(counts, w.Count)
	}
	return terms, counts, nil
}
