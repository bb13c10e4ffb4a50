package search

import (
	"context"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of the search for typos.
const (
	minTypo       = 4  // letters of a word
	maxSuspects   = 4  // words of a query that may have a typo
	maxCandidates = 16 // words that may be meant by one
)

// word is a word of a query, and what the index knows about it.
type word struct {
	Token
	// all and label are the numbers of documents that have it, and that have it in titles; names count as well.
	all, label int
	// after is how often documents have the word before it and it, one after the other, in titles, names and leads.
	after int
	// candidates are the words that may be meant, the most frequent first.
	candidates []Expanded
}

// pairTerms are the terms of a bigram in the classes whose bigrams are sure.
func pairTerms(bigram string) []Term {
	return []Term{{Title.Bigrams(), bigram}, {Name.Bigrams(), bigram}, {Lead.Bigrams(), bigram}}
}

// wordsOf returns the words of a query with their frequencies, and the number of documents.
func wordsOf(ctx context.Context, e Engine, stages []Stage, tokens []Token) (words []word, documents int, err error) {
	const each = 6
	terms := make([]Term, 0, each*len(tokens))
	for i, t := range tokens {
		folded, _ := bigram(tokens[max(i-1, 0)], t)
		terms = append(terms, Term{All, t.Folded}, Term{Title, t.Folded}, Term{Name, t.Folded})
		terms = append(terms, pairTerms(folded)...)
	}
	documents, counts, err := e.Frequencies(ctx, stages, terms)
	if err != nil {
		return nil, 0, err
	}
	words = make([]word, len(tokens))
	for i, t := range tokens {
		c := counts[each*i:]
		words[i] = word{Token: t, all: c[0], label: c[1] + c[2], after: c[3] + c[4] + c[5]}
	}
	return words, documents, nil
}

// suspects returns the words that may have a typo, the likeliest first: those that no title or name has, and those
// that do not follow or precede their neighbours in any document. Words that are part of an abbreviation have none.
func suspects(words []word, p *plan) []*word {
	var suspects []*word
	doubt := map[*word]int{}
	at := 0
	for _, u := range p.units {
		w := &words[at]
		before, after := at > 0 && w.after == 0, at+1 < len(words) && words[at+1].after == 0
		if w.label == 0 {
			doubt[w] += 4
		}
		if before || after {
			doubt[w]++
		}
		if (before || at == 0) && (after || at+1 == len(words)) && (before || after) {
			doubt[w]++
		}
		known := slices.ContainsFunc(u.forms, func(f form) bool { return f.joined })
		if u.size == 1 && !known && doubt[w] > 0 && mayBeTypo(w.Folded) {
			suspects = append(suspects, w)
		}
		at += u.size
	}
	slices.SortStableFunc(suspects, func(v, w *word) int { return doubt[w] - doubt[v] })
	return suspects[:min(len(suspects), maxSuspects)]
}

// findCandidates sets the candidates of the words that may have a typo.
func findCandidates(ctx context.Context, e Engine, stages []Stage, words []word, p *plan) error {
	suspects := suspects(words, p)
	if len(suspects) == 0 {
		return nil
	}
	var swaps []Term
	for _, w := range suspects {
		for _, form := range swapped(w.Folded) {
			swaps = append(swaps, Term{Title, form}, Term{Name, form})
		}
	}
	_, counts, err := e.Frequencies(ctx, stages, swaps)
	if err != nil {
		return err
	}
	for _, w := range suspects {
		found := map[string]int{}
		for range swapped(w.Folded) {
			found[swaps[0].Text] += counts[0] + counts[1]
			swaps, counts = swaps[2:], counts[2:]
		}
		if err := expandTypos(ctx, e, stages, w.Folded, found); err != nil {
			return err
		}
		w.candidates = mostFrequent(found)
	}
	return nil
}

// expandTypos adds the words of titles and names that are one edit away from a word.
func expandTypos(ctx context.Context, e Engine, stages []Stage, typed string, found map[string]int) error {
	limit := maxCandidates
	if utf8.RuneCountInString(typed) < minTypo {
		limit *= 8 // most are as short, and are left out
	}
	for _, field := range []Field{Title, Name} {
		expanded, err := e.Expand(ctx, stages, Expansion{Field: field, Text: typed, Typo: true}, limit)
		if err != nil {
			return err
		}
		for _, x := range expanded {
			longest := max(utf8.RuneCountInString(typed), utf8.RuneCountInString(x.Text))
			if x.Text != typed && longest >= minTypo {
				found[x.Text] += x.Count
			}
		}
	}
	return nil
}

func mostFrequent(found map[string]int) (candidates []Expanded) {
	for text, count := range found {
		if count > 0 {
			candidates = append(candidates, Expanded{text, count})
		}
	}
	slices.SortFunc(candidates, func(x, y Expanded) int {
		if x.Count != y.Count {
			return y.Count - x.Count
		}
		return strings.Compare(x.Text, y.Text)
	})
	return candidates[:min(len(candidates), maxCandidates)]
}

// mayBeTypo reports whether a word is long enough for a typo, and no number. A word of three letters may have lost one.
func mayBeTypo(word string) bool {
	return utf8.RuneCountInString(word) >= minTypo-1 && !strings.ContainsFunc(word, unicode.IsNumber)
}

// swapped returns a word with each two neighbouring letters in the other order; none for words of less than four
// letters.
func swapped(word string) (forms []string) {
	letters := []rune(word)
	if len(letters) < minTypo {
		return nil
	}
	for i := range len(letters) - 1 {
		if letters[i] != letters[i+1] {
			form := slices.Clone(letters)
			form[i], form[i+1] = form[i+1], form[i]
			forms = append(forms, string(form))
		}
	}
	return forms
}

// The values of a choice of words; see mend.
const (
	valueKnownPair = 8 << 5   // two words follow each other in a document
	valueMended    = -5 << 5  // a word is not what was typed
	valueUnknown   = -12 << 5 // no document has the word
)

// mend chooses for each word what was likely meant: the word or one of its candidates. The choice with the highest
// value wins; of equal ones that with more frequent words, then that nearer to what was typed.
func mend(ctx context.Context, e Engine, stages []Stage, words []word) ([]Token, error) {
	choices := make([][]Expanded, len(words))
	for i, w := range words {
		choices[i] = append([]Expanded{{w.Folded, w.all}}, w.candidates...)
	}
	pairs, err := pairFrequencies(ctx, e, stages, choices)
	if err != nil {
		return nil, err
	}
	value := func(i, choice int) int {
		x := choices[i][choice]
		switch {
		case choice > 0:
			return valueMended + bits.Len(uint(x.Count))
		case x.Count == 0:
			return valueUnknown
		}
		return bits.Len(uint(x.Count))
	}
	best := make([][]int, len(words)) // the value of the best choices up to a word
	from := make([][]int, len(words)) // the choice before it
	for i := range words {
		best[i], from[i] = make([]int, len(choices[i])), make([]int, len(choices[i]))
		for c, x := range choices[i] {
			for before := 0; i > 0 && before < len(choices[i-1]); before++ {
				v := best[i-1][before]
				if n := pairs[choices[i-1][before].Text+"_"+x.Text]; n > 0 {
					v += valueKnownPair + bits.Len(uint(n))
				}
				if before == 0 || v > best[i][c] {
					best[i][c], from[i][c] = v, before
				}
			}
			best[i][c] += value(i, c)
		}
	}
	mended := make([]Token, len(words))
	c := 0
	for i := len(words) - 1; i >= 0; i-- {
		if i == len(words)-1 {
			c = slices.Index(best[i], slices.Max(best[i]))
		}
		mended[i] = words[i].Token
		if c > 0 {
			mended[i].Folded, mended[i].Exact = choices[i][c].Text, choices[i][c].Text
		}
		c = from[i][c]
	}
	return mended, nil
}

// pairFrequencies returns how often documents have the bigrams of neighbouring choices in titles, names and leads.
func pairFrequencies(ctx context.Context, e Engine, stages []Stage, choices [][]Expanded) (map[string]int, error) {
	var terms []Term
	for i := 1; i < len(choices); i++ {
		unknown := choices[i-1][0].Count+choices[i][0].Count == 0
		for k, before := range choices[i-1] {
			for l, x := range choices[i] {
				if k > 0 && l > 0 && !unknown {
					break // typos in two neighbours are unlikely, and their bigrams are many
				}
				terms = append(terms, pairTerms(before.Text+"_"+x.Text)...)
			}
		}
	}
	pairs := map[string]int{}
	if len(terms) == 0 {
		return pairs, nil
	}
	_, counts, err := e.Frequencies(ctx, stages, terms)
	if err != nil {
		return nil, err
	}
	for i, t := range terms {
		pairs[t.Text] += counts[i]
	}
	return pairs, nil
}
