package search

import (
	"slices"
	"sync"

	"sen/internal/content"
)

// The largest number of words of a short name and of a name that stand for each other.
const (
	maxShort = 4
	maxName  = 24
)

// Pair is a short name and the name that it stands for.
type Pair struct{ Short, Name string }

// Abbreviations are the short names of entries, and what they stand for. In a query, a short name also finds the words
// of the name one after the other, and a name also finds the short name. The zero value has none. It is safe for
// concurrent use.
type Abbreviations struct {
	mu    sync.RWMutex
	of    map[content.ID][]stand
	means map[string]map[string]*meaning // by the folded run in a query, and the exact words that it stands for
}

// stand says that a run of words stands for others.
type stand struct {
	run   string // folded and joined
	words []Token
}

// meaning is what a run of words stands for, and how many entries say so.
type meaning struct {
	words []Token
	count int
}

// Set replaces the pairs of an entry: one for each language in which it has a short name and a name. Pairs with an
// empty part have no effect.
//
// Where the two have their first or last words in common, the others are a pair too: "UBND tỉnh" and "Ủy ban nhân dân
// tỉnh" also say what UBND is. So are a short name and those words of the name whose first letters it has.
func (a *Abbreviations) Set(id content.ID, pairs []Pair) {
	var stands []stand
	for _, pair := range pairs {
		stands = appendStands(stands, Tokens(pair.Short), Tokens(pair.Name))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.means == nil {
		a.means, a.of = map[string]map[string]*meaning{}, map[content.ID][]stand{}
	}
	for _, s := range a.of[id] {
		a.forget(s)
	}
	delete(a.of, id)
	if len(stands) == 0 {
		return
	}
	a.of[id] = stands
	for _, s := range stands {
		a.learn(s)
	}
}

// Remove removes the pairs of an entry.
func (a *Abbreviations) Remove(id content.ID) { a.Set(id, nil) }

func (a *Abbreviations) learn(s stand) {
	_, key := join(s.words)
	meanings := a.means[s.run]
	if meanings == nil {
		meanings = map[string]*meaning{}
		a.means[s.run] = meanings
	}
	if meanings[key] == nil {
		meanings[key] = &meaning{words: s.words}
	}
	meanings[key].count++
}

func (a *Abbreviations) forget(s stand) {
	_, key := join(s.words)
	meanings := a.means[s.run]
	if meanings[key].count--; meanings[key].count == 0 {
		delete(meanings, key)
	}
	if len(meanings) == 0 {
		delete(a.means, s.run)
	}
}

// maxMeanings is the largest number of meanings of a run in a query.
const maxMeanings = 4

// meanings returns what a run of words stands for: what most entries say comes first.
func (a *Abbreviations) meanings(run string) [][]Token {
	a.mu.RLock()
	defer a.mu.RUnlock()
	found := a.means[run]
	if found == nil {
		return nil
	}
	keys := make([]string, 0, len(found))
	for key := range found {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(k, l string) int {
		if by := found[l].count - found[k].count; by != 0 {
			return by
		}
		if k < l {
			return -1
		}
		return 1
	})
	var meanings [][]Token
	for _, key := range keys[:min(len(keys), maxMeanings)] {
		meanings = append(meanings, found[key].words)
	}
	return meanings
}

// appendStands appends what a short name and a name say, in both directions.
func appendStands(stands []stand, short, name []Token) []stand {
	stands = appendBoth(stands, short, name)
	rest, of := unshare(short, name)
	if len(rest) == 1 && len(of) > 0 && len(of) < len(name) && firstRune(rest[0].Folded) == firstRune(of[0].Folded) {
		stands = appendBoth(stands, rest, of)
	}
	if len(short) == 1 {
		if run := initialed(short[0].Folded, name); len(run) > 0 && len(run) < len(name) {
			stands = appendBoth(stands, short, run)
		}
	}
	return stands
}

// appendBoth appends that a short name stands for a name, and the other way round.
func appendBoth(stands []stand, short, name []Token) []stand {
	run, _ := join(short)
	of, _ := join(name)
	if len(run) < 2 || len(of) < 2 || run == of || len(short) > maxShort || len(name) > maxName {
		return stands
	}
	return append(stands, stand{run, name}, stand{of, short})
}

// unshare returns a short name and a name without the words that both begin and end with.
func unshare(short, name []Token) (rest, of []Token) {
	for len(short) > 0 && len(name) > 0 && short[0].Folded == name[0].Folded {
		short, name = short[1:], name[1:]
	}
	for len(short) > 0 && len(name) > 0 && short[len(short)-1].Folded == name[len(name)-1].Folded {
		short, name = short[:len(short)-1], name[:len(name)-1]
	}
	return short, name
}

// initialed returns the neighbouring words of a name that begin with the letters of a short name; nil if there are
// none, or the short name has less than three letters.
func initialed(short string, name []Token) []Token {
	letters := []rune(short)
	if len(letters) < 3 {
		return nil
	}
	for start := 0; start+len(letters) <= len(name); start++ {
		run := name[start : start+len(letters)]
		if begin(run, letters) {
			return run
		}
	}
	return nil
}

// begin reports whether words begin with some letters, one each.
func begin(words []Token, letters []rune) bool {
	for i, word := range words {
		if firstRune(word.Folded) != letters[i] {
			return false
		}
	}
	return true
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
