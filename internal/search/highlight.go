package search

import "sen/internal/content"

// Range is a part of a fragment, in UTF-16 units.
type Range struct{ Start, Length int }

// Highlighter marks the words of a query in texts.
type Highlighter struct{}

// NewHighlighter returns the highlighter of a query.
func NewHighlighter(text string, locales []content.Locale, abbreviations ...*Abbreviations) *Highlighter {
	return nil
}

// Highlight returns a text, or a fragment of a long one, and the ranges that it marks.
func (h *Highlighter) Highlight(text string) (fragment string, ranges []Range) { return text, nil }
