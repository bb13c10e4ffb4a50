package search

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"sen/internal/content"
)

// The sizes of highlighted texts: characters of a fragment, those of it before the first mark, and the bytes of a text
// that are looked through.
const (
	maxFragment    = 200
	beforeMark     = 40
	maxHighlighted = 1 << 16
)

// Range is a part of a fragment, in UTF-16 units.
type Range struct{ Start, Length int }

// Highlighter marks the words of a query in texts. It is safe for concurrent use. A nil one marks nothing.
type Highlighter struct {
	// words has the words of the query by what marks them: a word or its stem, folded.
	words map[string]string
	// pairs has the bigrams of words that follow each other in the query.
	pairs map[string]bool
	// runs are what abbreviations of the query stand for, by the first word.
	runs map[string][][]Token
	// prefix marks words that begin with it, if it has two letters or more.
	prefix   string
	stemmers []stemmer
}

// NewHighlighter returns the highlighter of a query text, for answers that do not come from an engine.
func NewHighlighter(text string, locales []content.Locale, abbreviations ...*Abbreviations) *Highlighter {
	p, err := newPlan(Question{Text: text, Locales: locales, Abbreviations: abbreviations})
	if err != nil {
		return nil
	}
	return highlighterOf(locales, p)
}

func highlighterOf(locales []content.Locale, p *plan) *Highlighter {
	h := &Highlighter{
		words: map[string]string{}, pairs: map[string]bool{}, runs: map[string][][]Token{},
		stemmers: stemmersOf(locales...),
	}
	h.addPlan(p)
	return h
}

// addPlan adds the words of a query.
func (h *Highlighter) addPlan(p *plan) {
	for i, t := range p.tokens {
		h.words[t.Folded] = t.Folded
		if i > 0 {
			folded, _ := bigram(p.tokens[i-1], t)
			h.pairs[folded] = true
		}
		for _, s := range h.stemmers {
			if stem := s.stem(t); stem != "" && h.words[stem] == "" {
				h.words[stem] = t.Folded
			}
		}
	}
	for i, u := range p.units {
		for _, form := range u.forms {
			if form.joined {
				first := form.words[0].Folded
				h.runs[first] = append(h.runs[first], form.words)
			}
			for k := 0; i > 0 && k < len(p.units[i-1].forms); k++ {
				before := p.units[i-1].forms[k].words
				folded, _ := bigram(before[len(before)-1], form.words[0])
				h.pairs[folded] = true
			}
		}
	}
}

// Highlight marks the words of the query in a text: also those with other accents, and what its abbreviations stand
// for. If the text has words of the query that are neighbours in both, only these are marked. A text of more than 200
// characters is cut to a fragment around the best place. The ranges are in the order of the fragment and do not
// overlap; nil if nothing is marked. Marks with one space or sign of a code between them are one range.
func (h *Highlighter) Highlight(text string) (fragment string, ranges []Range) {
	if h == nil {
		return fragmentAt(text, 0), nil
	}
	tokens := Tokens(cutAt(text, maxHighlighted))
	marks := h.mark(tokens)
	if len(marks) == 0 {
		return fragmentAt(text, 0), nil
	}
	spans := merge(text, marks)
	start := bestStart(text, spans)
	fragment = fragmentAt(text, start)
	return fragment, inFragment(fragment, start, spans)
}

// mark returns the tokens that are marked.
func (h *Highlighter) mark(tokens []Token) (marks []Token) {
	matched := make([]string, len(tokens)) // the words of the query
	strong := make([]bool, len(tokens))    // tokens of runs
	any := false
	for i, t := range tokens {
		matched[i] = h.match(t)
		if i > 0 && h.areNeighbours(tokens[i-1], t, matched[i-1], matched[i]) {
			strong[i-1], strong[i], any = true, true, true
		}
		for _, run := range h.runs[t.Folded] {
			if begins(tokens[i:], run) {
				for k := range run {
					strong[i+k] = true
				}
				any = true
			}
		}
	}
	for i, t := range tokens {
		if strong[i] || !any && matched[i] != "" {
			marks = append(marks, t)
		}
	}
	return marks
}

// areNeighbours reports whether two words of a text, or the words of the query that they stand for, are neighbours in
// the query.
func (h *Highlighter) areNeighbours(before, t Token, beforeMatched, matched string) bool {
	folded, _ := bigram(before, t)
	return h.pairs[folded] || matched != "" && h.pairs[beforeMatched+"_"+matched]
}

// match returns the word of the query that a word of a text stands for; empty if there is none.
func (h *Highlighter) match(t Token) string {
	if word := h.words[t.Folded]; word != "" {
		return word
	}
	for _, s := range h.stemmers {
		if stem := s.stem(t); stem != "" && h.words[stem] != "" {
			return h.words[stem]
		}
	}
	if len(h.prefix) > 1 && strings.HasPrefix(t.Folded, h.prefix) {
		return h.prefix
	}
	return ""
}

// begins reports whether tokens begin with the words of a run.
func begins(tokens, run []Token) bool {
	if len(tokens) < len(run) {
		return false
	}
	return slices.EqualFunc(tokens[:len(run)], run, func(t, u Token) bool { return t.Folded == u.Folded })
}

// span is a part of a text in bytes, and the number of marked words that it has.
type span struct{ start, end, words int }

// merge returns the parts of a text that tokens cover. Neighbours with one space or sign of a code between them are one
// part.
func merge(text string, tokens []Token) (spans []span) {
	for _, t := range tokens {
		if last := len(spans) - 1; last >= 0 {
			between := text[spans[last].end:t.Start]
			if utf8.RuneCountInString(between) < 2 && strings.Trim(between, " \u00a0/-.") == "" {
				spans[last].end = t.End
				spans[last].words++
				continue
			}
		}
		spans = append(spans, span{t.Start, t.End, 1})
	}
	return spans
}

// bestStart returns the place where a fragment with the most marked words begins, in bytes.
func bestStart(text string, spans []span) int {
	if utf8.RuneCountInString(text) <= maxFragment {
		return 0
	}
	best, most := 0, 0
	first, words := 0, 0 // the first span of a fragment that ends with the span at hand, and its words
	size := 0            // the characters from the first span to the end of the span at hand
	for i, s := range spans {
		if i > 0 {
			size += utf8.RuneCountInString(text[spans[i-1].end:s.start])
		}
		size += utf8.RuneCountInString(text[s.start:s.end])
		words += s.words * s.words // runs before single words
		for ; first < i && size > maxFragment-beforeMark; first++ {
			size -= utf8.RuneCountInString(text[spans[first].start:spans[first+1].start])
			words -= spans[first].words * spans[first].words
		}
		if words > most {
			best, most = first, words
		}
	}
	start := spans[best].start
	for range beforeMark {
		_, size := utf8.DecodeLastRuneInString(text[:start])
		start -= size
	}
	if start == 0 {
		return 0
	}
	// begin with a word
	if space := strings.IndexByte(text[start:spans[best].start], ' '); space >= 0 {
		return start + space + 1
	}
	return spans[best].start
}

// fragmentAt returns at most maxFragment characters of a text from a place, cut at a space near
// the end.
func fragmentAt(text string, start int) string {
	count := 0
	for i := range text[start:] {
		if count++; count > maxFragment {
			end := start + i
			if text[end] != ' ' {
				if space := strings.LastIndexByte(text[start:end], ' '); space > (end-start)/2 {
					end = start + space
				}
			}
			return text[start:end]
		}
	}
	return text[start:]
}

// inFragment returns the parts of spans that are in a fragment, which begins at a place, as its ranges.
func inFragment(fragment string, start int, spans []span) (ranges []Range) {
	done, units := 0, 0 // the bytes and UTF-16 units of the fragment so far
	for _, s := range spans {
		from, to := s.start-start, min(s.end-start, len(fragment))
		if from < 0 || from >= to {
			continue
		}
		units += units16(fragment[done:from])
		r := Range{Start: units, Length: units16(fragment[from:to])}
		ranges = append(ranges, r)
		done, units = to, units+r.Length
	}
	return ranges
}

// units16 returns the number of UTF-16 units of a text.
func units16(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}
