package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sen/internal/content"
)

// The largest query: its characters, and its words after abbreviations.
const (
	MaxRunes = 1000
	MaxUnits = 64
)

// plan is a query text as units.
type plan struct {
	tokens []Token
	units  []unit
	// spelled is true if a word has an accent, so that its spelling counts.
	spelled bool
}

// unit is a word of a query, or a run of words that stands for others, with all its forms.
type unit struct {
	forms []form
	// size is the number of words in the query.
	size int
}

// form is one way of writing a unit.
type form struct {
	words []Token
	// joined is true if the words must follow each other: what an abbreviation stands for.
	joined bool
	// similar is true for a stem or a mended word. It is no neighbour of other words.
	similar bool
}

// newPlan reads a query. It returns an error for clients if the query is too long.
func newPlan(q Question) (*plan, error) {
	if utf8.RuneCountInString(q.Text) > MaxRunes {
		return nil, content.Errorf(content.CodeBadUserInput,
			"The text to search for has more than %d characters. Leave some words out.", MaxRunes)
	}
	p := planOf(Tokens(q.Text), q)
	if len(p.units) > MaxUnits {
		return nil, content.Errorf(content.CodeBadUserInput,
			"The text to search for has more than %d words. Leave some out.", MaxUnits)
	}
	return p, nil
}

// planOf makes the units of some words. A unit is the longest run of words that stands for others, or one word.
func planOf(tokens []Token, q Question) *plan {
	p := &plan{tokens: tokens}
	stemmers := stemmersOf(q.Locales...)
	for rest := tokens; len(rest) > 0; {
		u := firstUnit(rest, q.Abbreviations)
		if u.size == 1 {
			for _, s := range stemmers {
				if stem := s.stem(rest[0]); stem != "" {
					u.forms = append(u.forms, similar(stem))
				}
			}
		}
		p.units = append(p.units, u)
		rest = rest[u.size:]
	}
	p.spelled = slices.ContainsFunc(tokens, func(t Token) bool { return t.Exact != t.Folded })
	return p
}

// firstUnit returns the unit at the beginning of some words.
func firstUnit(tokens []Token, abbreviations []*Abbreviations) unit {
	run, _ := join(tokens[:min(len(tokens), maxName)])
	for size := min(len(tokens), maxName); size > 0; size-- {
		u := unit{forms: []form{{words: tokens[:size]}}, size: size}
		for _, a := range abbreviations {
			for _, words := range a.meanings(run) {
				u.forms = append(u.forms, form{words: words, joined: true})
			}
		}
		if len(u.forms) > 1 {
			return u
		}
		run = run[:max(strings.LastIndexByte(run, '_'), 0)]
	}
	return unit{forms: []form{{words: tokens[:1]}}, size: 1}
}

// similar returns the form of a word that stands in for another.
func similar(folded string) form {
	return form{words: []Token{{Folded: folded, Exact: folded}}, similar: true}
}

// syllables selects the documents that have all units in one of some fields each.
func (p *plan) syllables(fields ...Field) Query {
	var all AllOf
	for _, u := range p.units {
		all = append(all, u.in(fields...))
	}
	return one(all)
}

// in selects the documents that have a form of the unit in one of some fields.
func (u unit) in(fields ...Field) Query {
	var any AnyOf
	for _, f := range fields {
		for _, form := range u.forms {
			any = append(any, form.in(f))
		}
	}
	return one(any)
}

// in selects the documents that have the form in a field.
func (f form) in(field Field) Query {
	if len(f.words) == 1 {
		return Term{field, f.words[0].Folded}
	}
	var all AllOf
	for i, word := range f.words {
		if !f.joined || field == All { // whose bigrams are not sure
			all = append(all, Term{field, word.Folded})
		}
		if f.joined && i > 0 {
			all = append(all, pairIn(field, f.words[i-1], word, false))
		}
	}
	return one(all)
}

// neighbours selects the documents that have the words of the query one after the other in a class; if exact is true,
// as they are spelled.
func (p *plan) neighbours(class Field, exact bool) Query {
	if len(p.units) == 1 {
		return p.units[0].asWords(class, exact)
	}
	var all AllOf
	for i, u := range p.units {
		if slices.ContainsFunc(u.forms, func(f form) bool { return f.joined || len(f.words) > 1 }) {
			all = append(all, u.asWords(class, exact))
		}
		if i > 0 {
			all = append(all, between(p.units[i-1], u, class, exact))
		}
	}
	return one(all)
}

// spelledIn selects the documents that have the words of the query one after the other in a class, and each of them
// somewhere in the class as it is spelled.
func (p *plan) spelledIn(class Field) Query {
	all := AllOf{p.neighbours(class, false)}
	for _, u := range p.units {
		var any AnyOf
		for _, form := range u.forms {
			var words AllOf
			for _, word := range form.words {
				if word.Exact != word.Folded {
					words = append(words, Term{class.Exact(), word.Exact})
				}
			}
			if len(words) == 0 {
				words = AllOf{form.in(class)}
			}
			any = append(any, one(words))
		}
		all = append(all, one(any))
	}
	return one(all)
}

// asWords selects the documents that have a form of the unit, its words one after the other.
func (u unit) asWords(class Field, exact bool) Query {
	var any AnyOf
	for _, form := range u.forms {
		var all AllOf
		for i, word := range form.words {
			switch {
			case i > 0:
				all = append(all, pairIn(class, form.words[i-1], word, exact))
			case len(form.words) > 1: // its bigrams have it
			case exact && word.Exact != word.Folded:
				all = append(all, Term{class.Exact(), word.Exact})
			default:
				all = append(all, Term{class, word.Folded})
			}
		}
		any = append(any, one(all))
	}
	return one(any)
}

// between selects the documents that have the last word of a unit before the first word of the next.
func between(u, next unit, class Field, exact bool) Query {
	var any AnyOf
	for _, before := range u.forms {
		for _, after := range next.forms {
			if !before.similar && !after.similar {
				any = append(any, pairIn(class, before.words[len(before.words)-1], after.words[0], exact))
			}
		}
	}
	return one(any)
}

// pairIn selects the documents with two neighbouring words in a class.
func pairIn(class Field, first, second Token, exact bool) Query {
	folded, spelled := bigram(first, second)
	if exact && spelled != folded {
		return Term{class.Exact(), spelled}
	}
	return Term{class.Bigrams(), bigramIn(class, folded)}
}

// maxWholes is the number of ways of writing a query that are compared with whole titles.
const maxWholes = 8

// wholes selects the documents whose title is the query, with any form of its units; if exact is true, as it is
// spelled.
func (p *plan) wholes(exact bool) Query {
	ways := [][]Token{nil}
	for _, u := range p.units {
		var longer [][]Token
		for _, form := range u.forms {
			for _, way := range ways {
				if !form.similar && len(longer) < maxWholes {
					longer = append(longer, slices.Concat(way, form.words))
				}
			}
		}
		ways = longer
	}
	var any AnyOf
	for _, way := range ways {
		folded, spelled := whole(way)
		switch {
		case !exact:
			any = append(any, Term{Whole, folded})
		case spelled != folded:
			any = append(any, Term{WholeExact, spelled})
		}
	}
	return one(any)
}

// one returns the only query of AllOf or AnyOf, or them if they have several.
func one[Q interface {
	~[]Query
	Query
}](queries Q) Query {
	if len(queries) == 1 {
		return queries[0]
	}
	return queries
}

// strictBoosts are the tiers of a strict request from the highest to the lowest. Each weight is larger than all below
// it together. Only documents with all words reach scores of 2¹³ and more.
func (p *plan) strictBoosts() []Boost {
	tiers := []Query{p.wholes(false), nil, nil, nil, nil}
	if p.spelled {
		copy(tiers[1:], []Query{
			p.wholes(true), p.neighbours(Title, true), p.neighbours(Name, true), p.spelledIn(All),
		})
	}
	several := len(p.tokens) > 1 || len(p.units[0].forms) > 1
	for _, class := range []Field{Title, Name, Lead} {
		syllables := p.syllables(class)
		switch {
		case !several:
			tiers = append(tiers, nil, syllables)
		case class == Lead:
			tiers = append(tiers, p.neighbours(class, false), AnyOf{syllables, p.neighbours(All, false)})
		default:
			tiers = append(tiers, p.neighbours(class, false), syllables)
		}
	}
	var boosts []Boost
	for i, tier := range tiers {
		if tier != nil {
			boosts = append(boosts, Boost{tier, 1 << (topBit - i)})
		}
	}
	return boosts
}

// The bits of scores. The tiers of a strict request are from topBit to lowestBit, those of a loose one below.
const (
	topBit    = 23
	lowestBit = 13
)
