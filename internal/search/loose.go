package search

import (
	"context"
	"slices"
	"unicode/utf8"
)

// The bits of the tiers of a loose request below those of a strict one, and the largest sum of what single words add.
// Titles that begin with the query come before documents that only have all its words somewhere (strictBit).
const (
	prefixWholeBit = lowestBit - 1 - iota
	strictBit
	prefixNeighboursBit
	prefixTitleBit
	mendedNeighboursBit
	mendedTitleBit
	prefixAllBit
	mendedAllBit
	maxMost = 1<<mendedAllBit - 1
)

// loosePlan is what a search looks for when few documents have all words of a query.
type loosePlan struct {
	match  AnyOf
	boosts []Boost
	// mended is the query with its likely typo mended; nil if it has none.
	mended *plan
}

// loosen plans a loose request: the strict one, or the last word as the beginning of a word, or a word with a typo, or
// most of the words.
func loosen(ctx context.Context, e Engine, q Question, p *plan) (*loosePlan, error) {
	words, documents, err := wordsOf(ctx, e, q.Stages, p.tokens)
	if err != nil {
		return nil, err
	}
	l := &loosePlan{match: AnyOf{p.syllables(All)}, boosts: p.strictBoosts()}
	l.boosts = append(l.boosts, Boost{p.syllables(All), 1 << strictBit})
	l.addPrefix(p, q)
	if err := findCandidates(ctx, e, q.Stages, words, p); err != nil {
		return nil, err
	}
	tokens, err := mend(ctx, e, q.Stages, words)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(tokens, p.tokens) {
		l.mended = planOf(tokens, q)
	}
	l.addTypos(p, words)
	l.addMost(p, words, tokens, documents)
	return l, nil
}

// add selects documents and adds their weight.
func (l *loosePlan) add(q Query, bit int) {
	l.match = append(l.match, q)
	l.boosts = append(l.boosts, Boost{q, 1 << bit})
}

// begins selects the documents that have the words of a query one after the other in their title, the last one as the
// beginning of a word; nil for a query of one word.
func (p *plan) begins(q Question) Query {
	last := len(p.tokens) - 1
	if last == 0 {
		return nil
	}
	folded, _ := bigram(p.tokens[last-1], p.tokens[last])
	var begins AllOf
	if last > 1 {
		begins = append(begins, planOf(p.tokens[:last], q).neighbours(Title, false))
	}
	return one(append(begins, Prefix{Title.Bigrams(), folded}))
}

// minWhole is the number of bytes of the beginning of a title. Shorter ones begin too many titles.
const minWhole = 8

// addPrefix adds the last word of a query as the beginning of a word in titles and names. One letter is for the word
// that follows the others in a title; it would be the beginning of too many words elsewhere, as would two letters
// without other words.
func (l *loosePlan) addPrefix(p *plan, q Question) {
	last := len(p.tokens) - 1
	prefix := p.tokens[last].Folded
	letters := utf8.RuneCountInString(prefix)
	if last == 0 {
		if letters > 2 {
			l.add(Prefix{Title, prefix}, prefixTitleBit)
			l.add(Prefix{Name, prefix}, prefixAllBit)
		}
		return
	}
	others := planOf(p.tokens[:last], q)
	l.add(p.begins(q), prefixNeighboursBit)
	if whole, _ := join(p.tokens); len(whole) >= minWhole {
		l.boosts = append(l.boosts, Boost{Prefix{Whole, cutAt(whole, maxWhole)}, 1 << prefixWholeBit})
	}
	if letters > 1 {
		l.add(AllOf{others.syllables(Title), Prefix{Title, prefix}}, prefixTitleBit)
		l.add(AllOf{others.syllables(All), AnyOf{Prefix{Title, prefix}, Prefix{Name, prefix}}}, prefixAllBit)
	}
}

// maxForms is the largest number of candidates of a word that a query has.
const maxForms = 8

// addTypos adds the mended query, and titles and names with any candidates of the words.
func (l *loosePlan) addTypos(p *plan, words []word) {
	any := plan{tokens: p.tokens, units: slices.Clone(p.units)}
	found := false
	at := 0
	for i, u := range p.units {
		for _, candidate := range words[at].candidates[:min(len(words[at].candidates), maxForms)] {
			any.units[i].forms = append(slices.Clip(any.units[i].forms), similar(candidate.Text))
			found = true
		}
		at += u.size
	}
	title, name := AnyOf{}, AnyOf{}
	if l.mended != nil {
		l.boosts = append(l.boosts, Boost{
			AnyOf{l.mended.wholes(false), l.mended.neighbours(Title, false)}, 1 << mendedNeighboursBit,
		})
		title = append(title, l.mended.syllables(Title))
		name = append(name, l.mended.syllables(All))
	}
	if found {
		title = append(title, any.syllables(Title))
		name = append(name, any.syllables(Name))
	}
	if len(title) > 0 {
		l.add(title, mendedTitleBit)
		l.add(name, mendedAllBit)
	}
}

// commonShare is the share of documents above which a word selects none by itself.
const commonShare = 0.3

// some is a unit of a query that a document may have without the others.
type some struct {
	text, title Query
	count       int
	weight      int
}

// addMost adds the documents that have most of the units, and a weight for each unit they have, the larger the rarer it
// is. What was mended counts as what was typed.
func (l *loosePlan) addMost(p *plan, words []word, mended []Token, documents int) {
	if len(p.units) < 3 {
		return // most of two are both
	}
	var rare []some
	common, at := 0, 0
	for _, u := range p.units {
		s := some{count: words[at].all}
		for _, w := range words[at : at+u.size] {
			s.count = min(s.count, w.all)
		}
		if u.size == 1 && mended[at].Folded != words[at].Folded {
			u.forms = append(slices.Clip(u.forms), similar(mended[at].Folded))
			s.count += words[at].countOf(mended[at].Folded)
		}
		s.text, s.title, s.weight = u.in(All), u.in(Title), rarity(s.count, documents)
		switch {
		case s.weight == 0:
			common++
		case s.count > 0 || len(u.forms) > 1:
			rare = append(rare, s)
		}
		at += u.size
	}
	n := max(2, ((len(p.units)-common)*3+4)/5)
	if n > len(rare) {
		return
	}
	slices.SortStableFunc(rare, func(x, y some) int { return x.count - y.count })
	of := AtLeast{N: n}
	for _, s := range rare {
		of.Of = append(of.Of, s.text)
	}
	l.match = append(l.match, of)
	l.boosts = append(l.boosts, weights(rare)...)
}

// countOf returns the number of documents with a candidate of a word.
func (w word) countOf(candidate string) int {
	for _, x := range w.candidates {
		if x.Text == candidate {
			return x.Count
		}
	}
	return 0
}

// rarity returns the weight of a unit that some of all documents have: 0 for what is common, 3 for the rarest.
func rarity(count, documents int) int {
	switch share := float64(count) / float64(max(documents, 1)); {
	case share > commonShare:
		return 0
	case share > 0.05:
		return 1
	case share > 0.005:
		return 2
	}
	return 3
}

// weights returns the boosts of units in titles and in all texts, together at most maxMost. The rarest come first, and
// those without room have none.
func weights(rare []some) (boosts []Boost) {
	sum := 0
	for _, s := range rare {
		sum += 2 * s.weight
	}
	left := maxMost
	for _, s := range rare {
		if sum > maxMost {
			s.weight = 1
		}
		if left -= 2 * s.weight; left < 0 {
			break
		}
		boosts = append(boosts, Boost{s.text, s.weight}, Boost{s.title, s.weight})
	}
	return boosts
}
