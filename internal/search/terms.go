package search

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"sen/internal/content"
)

// Text is a text of an entry.
type Text struct {
	// Class is Title, Name or Lead; All for bodies and everything else.
	Class Field
	// Locale is the language of the text. It decides which endings of words are removed.
	Locale content.Locale
	Value  string
}

// Terms returns the tokens of the fields of a document: see [Fields]. Each token is once in a field. A word has its
// folded form; in languages with a stemmer its stem too. Exact fields have only words and bigrams with accents, since
// those without are the same in the other fields; that of All has only words, because bigrams of bodies would make the
// index almost twice as large, and that of Lead has none. Bigrams do not reach from one text into another.
func Terms(texts []Text) map[Field][]string {
	b := builder{tokens: map[Field][]string{}, seen: map[Field]map[string]struct{}{}}
	for _, text := range texts {
		tokens := Tokens(text.Value)
		if text.Class == Title {
			b.addWhole(tokens)
		}
		if text.Class != All {
			b.add(text.Class, tokens, stemmersOf(text.Locale))
		}
		b.add(All, tokens, stemmersOf(text.Locale))
	}
	return b.tokens
}

// builder gathers the tokens of a document.
type builder struct {
	tokens map[Field][]string
	seen   map[Field]map[string]struct{}
}

// add adds the words of a text to the fields of a class.
func (b *builder) add(class Field, tokens []Token, stemmers []stemmer) {
	for i, t := range tokens {
		b.put(class, t.Folded)
		if t.Exact != t.Folded && class != Lead { // a lead has its spelling among all texts
			b.put(class.Exact(), t.Exact)
		}
		for _, s := range stemmers {
			if stem := s.stem(t); stem != "" {
				b.put(class, stem)
			}
		}
		if i == 0 {
			continue
		}
		folded, exact := bigram(tokens[i-1], t)
		b.put(class.Bigrams(), bigramIn(class, folded))
		if exact != folded && (class == Title || class == Name) {
			b.put(class.Exact(), exact)
		}
	}
}

// pairBits is the number of bits of the bigrams of All.
const pairBits = 18

// bigramIn returns a bigram as a class has it. All has a number of 2¹⁸ instead of the words: the bigrams of bodies
// are most of the index, and so many different ones that their words would take three times the room of everything
// else. Two bigrams may have the same number. So All's say that words are likely neighbours, and only for the order of
// documents that have both words.
func bigramIn(class Field, bigram string) string {
	if class != All {
		return bigram
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(bigram)) // a hash takes everything
	return strconv.FormatUint(hash.Sum64()>>(64-pairBits), 36)
}

func (b *builder) addWhole(tokens []Token) {
	if len(tokens) == 0 {
		return
	}
	folded, exact := whole(tokens)
	b.put(Whole, folded)
	if exact != folded {
		b.put(WholeExact, exact)
	}
}

// put adds a token to a field, unless it is there.
func (b *builder) put(f Field, token string) {
	seen := b.seen[f]
	if seen == nil {
		seen = map[string]struct{}{}
		b.seen[f] = seen
	}
	if _, ok := seen[token]; !ok {
		seen[token] = struct{}{}
		b.tokens[f] = append(b.tokens[f], token)
	}
}

// bigram returns the bigram of two words, folded and as it is spelled.
func bigram(first, second Token) (folded, exact string) {
	return first.Folded + "_" + second.Folded, first.Exact + "_" + second.Exact
}

// maxWhole is the number of bytes of a whole title that are kept as they are. Longer ones have a hash after them.
const maxWhole = 100

// whole returns the words of a title as one token, folded and as they are spelled.
func whole(tokens []Token) (folded, exact string) {
	folded, exact = join(tokens)
	return bound(folded), bound(exact)
}

// join joins words, folded and as they are spelled.
func join(tokens []Token) (folded, exact string) {
	words := make([]string, 0, len(tokens))
	for _, t := range tokens {
		words = append(words, t.Folded)
	}
	folded = strings.Join(words, "_")
	words = slices.Grow(words[:0], len(tokens))
	for _, t := range tokens {
		words = append(words, t.Exact)
	}
	return folded, strings.Join(words, "_")
}

// bound replaces the end of a long token by a hash of all of it.
func bound(token string) string {
	if len(token) <= maxWhole {
		return token
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(token)) // a hash takes everything
	return fmt.Sprintf("%s_%016x", cutAt(token, maxWhole), hash.Sum64())
}
