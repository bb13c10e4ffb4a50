package search

import (
	"context"
	"strings"

	"sen/internal/content"
)

// enough is the number of documents with all words of a query from which on nothing else is looked for.
const enough = 20

// Question asks for the entries that a text names.
type Question struct {
	// Text is what a reader typed. An empty text selects everything that the filter selects; a text without a word
	// selects nothing.
	Text   string
	Stages []Stage
	// Filter selects documents and does not change their order; nil for all.
	Filter Query
	// Abbreviations are those of the stages.
	Abbreviations []*Abbreviations
	// Locales are the languages of the site.
	Locales []content.Locale
	// Size, After and Facets are those of the [Request].
	Size   int
	After  *Place
	Facets map[Key]int
	// Newest orders hits by time alone.
	Newest bool
}

// Answer is the answer to a question.
type Answer struct {
	*Result
	// Loose means that few documents have all words of the text, so hits may have some of them or similar ones.
	Loose bool
	// Suggestion is the text with its likely typo mended, without accents in the words that were mended; empty for
	// none. See [Spell].
	Suggestion string
	// Highlighter marks the words of the text in the texts of hits; nil if there are no words.
	Highlighter *Highlighter
}

// Search answers a question: with the documents that have all words of the text, and those with the words in this order
// in their titles, the last one as the beginning of a word. If these are fewer than twenty, it also finds documents
// that have the last word as the beginning of a word anywhere, a similar word, or most of the words; they come after
// the others. This does not depend on the page, so that all pages of a question fit together. A text that is too long
// is a BAD_USER_INPUT.
func Search(ctx context.Context, e Engine, q Question) (*Answer, error) {
	p, err := newPlan(q)
	if err != nil {
		return nil, err
	}
	if len(p.tokens) == 0 {
		if q.Text != "" {
			return &Answer{Result: &Result{Facets: map[Key][]Bucket{}}}, nil
		}
		r, err := e.Find(ctx, q.request(Everything{}, nil))
		return &Answer{Result: r}, err
	}
	answer := &Answer{Highlighter: highlighterOf(q.Locales, p)}
	match, boosts := p.syllables(All), p.strictBoosts()
	if begins := p.begins(q); begins != nil {
		match, boosts = AnyOf{match, begins}, append(boosts, Boost{begins, 1 << prefixNeighboursBit})
	}
	answer.Result, err = e.Find(ctx, q.request(match, boosts))
	if err != nil || answer.Total >= enough {
		return answer, err
	}
	l, err := loosen(ctx, e, q, p)
	if err != nil {
		return nil, err
	}
	answer.Loose = true
	answer.Highlighter.prefix = p.tokens[len(p.tokens)-1].Folded
	if l.mended != nil {
		answer.Highlighter.addPlan(l.mended)
		answer.Suggestion = mendText(q.Text, p.tokens, l.mended.tokens)
	}
	answer.Result, err = e.Find(ctx, q.request(l.match, l.boosts))
	return answer, err
}

// request makes the request of a question.
func (q Question) request(match Query, boosts []Boost) Request {
	if q.Filter != nil {
		match = AllOf{match, q.Filter}
	}
	if q.Newest {
		boosts = nil
	}
	return Request{Stages: q.Stages, Match: match, Boosts: boosts, After: q.After, Size: q.Size, Facets: q.Facets}
}

// mendText replaces the words of a text that were mended.
func mendText(text string, typed, mended []Token) string {
	var b strings.Builder
	end := 0
	for i, t := range typed {
		if mended[i].Folded == t.Folded {
			continue
		}
		b.WriteString(text[end:t.Start])
		b.WriteString(mended[i].Folded)
		end = t.End
	}
	b.WriteString(text[end:])
	return b.String()
}

// Spell returns a suggestion with its words as they are spelled in the labels of the best hits. Words that have accents
// keep them.
func Spell(suggestion string, labels []string) string {
	spelled := map[string]string{}
	for _, label := range labels {
		for _, t := range Tokens(label) {
			if _, ok := spelled[t.Folded]; !ok {
				spelled[t.Folded] = label[t.Start:t.End]
			}
		}
	}
	var b strings.Builder
	end := 0
	for _, t := range Tokens(suggestion) {
		if word, ok := spelled[t.Folded]; ok && t.Exact == t.Folded {
			b.WriteString(suggestion[end:t.Start])
			b.WriteString(word)
			end = t.End
		}
	}
	b.WriteString(suggestion[end:])
	return b.String()
}
