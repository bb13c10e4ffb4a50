package search

import (
	"context"

	"sen/internal/content"
)

// Question asks for the entries that a text names.
type Question struct {
	// Text is what a reader typed. An empty text selects everything that the filter selects.
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
	// Suggestion is the text with its likely typo mended, in folded words; empty for none. See [Spell].
	Suggestion string
	// Highlighter marks the words of the text in the texts of hits.
	Highlighter *Highlighter
}

// Search answers a question.
func Search(ctx context.Context, e Engine, q Question) (*Answer, error) { return nil, nil }

// Suggest returns entries whose titles or names begin with a text as it is typed.
func Suggest(ctx context.Context, e Engine, q Question) ([]Place, error) { return nil, nil }

// Spell returns a suggestion with words as they are spelled in some labels.
func Spell(suggestion string, labels []string) string { return suggestion }
