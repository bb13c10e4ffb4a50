// Package search finds entries by text. It makes the tokens of texts, plans the requests of a query, and marks the
// words of a query in texts. Its engines only store documents and select them.
package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

// AnalysisVersion is the version of the tokens that this package makes. An index with tokens of another version is
// filled anew.
const AnalysisVersion = 1

// maxToken is the largest length of a token in bytes. Longer tokens are cut.
const maxToken = 60

// Token is a word of a text: a run of letters, marks and digits. In scripts without spaces between words, such as
// Chinese and Thai, each letter is a word.
type Token struct {
	// Folded is the word as in [content.Fold]: lower case, without accents. Signs in it are dropped.
	Folded string
	// Exact is the word in lower case with its accents, in one form for all ways of typing: NFC, one kind of đ, and
	// one place of the tone in oa, oe and uy. It is for comparisons only.
	Exact string
	// Start and End are the place of the word in the text, in bytes.
	Start, End int
}

// Tokens returns the words of a text. Everything that is no letter, mark or digit ends a word, so a date or a code has
// several: "12/QĐ-UBND" has 12, qd and ubnd. They are found one by one, and the whole by the bigrams of neighbours.
// Invisible characters and control characters other than white space neither end a word nor are part of one.
func Tokens(text string) []Token {
	tokens := make([]Token, 0, len(text)/6+1)
	add := func(start, end int) {
		if t := newToken(text[start:end]); t.Folded != "" {
			t.Start, t.End = start, end
			tokens = append(tokens, t)
		}
	}
	start, end := -1, 0 // of the word at hand; start is -1 if there is none
	alone := false      // the word has a letter of a script without spaces
	for i, r := range text {
		switch class := classOf(r); class {
		case ignored:
			continue
		case mark:
			if start < 0 {
				continue
			}
		case letter, loneLetter:
			if start >= 0 && (alone || class == loneLetter) {
				add(start, end)
				start = -1
			}
			if start < 0 {
				start = i
			}
			alone = class == loneLetter
		default:
			if start >= 0 {
				add(start, end)
			}
			start, alone = -1, false
			continue
		}
		end = i + utf8.RuneLen(r)
	}
	if start >= 0 {
		add(start, end)
	}
	return tokens
}

// class says what a character is to words.
type class uint8

const (
	separator class = iota
	letter
	loneLetter // a letter of a script without spaces between words
	mark
	ignored
)

// loneScripts are the scripts without spaces between words.
var loneScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// tableSize is the number of the first characters that tables know: up to Latin Extended Additional, which Vietnamese
// uses.
const tableSize = 0x1f00

var classes = func() (classes [tableSize]class) {
	for r := range rune(tableSize) {
		classes[r] = findClass(r)
	}
	return classes
}()

func classOf(r rune) class {
	if r < tableSize {
		return classes[r]
	}
	return findClass(r)
}

func findClass(r rune) class {
	switch {
	case unicode.IsSpace(r) || r == utf8.RuneError:
		return separator
	case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return ignored
	case unicode.IsLetter(r) || unicode.IsNumber(r):
		if r >= 0xe00 && unicode.In(r, loneScripts...) {
			return loneLetter
		}
		return letter
	case unicode.IsMark(r):
		return mark
	}
	return separator
}

// newToken makes the token of a word.
func newToken(word string) Token {
	word = cutAt(word, 8*maxToken) // accents and NFD take more bytes than what remains of them
	if isPlain(word) {
		word = cut(word)
		return Token{Folded: word, Exact: word}
	}
	folded, ok := foldFast(word)
	if !ok {
		folded = strings.Map(onlyWord, content.Fold(word))
	}
	return Token{Folded: cut(folded), Exact: cut(spell(word))}
}

// isPlain reports whether a word has only ASCII letters in lower case and digits.
func isPlain(word string) bool {
	for i := range len(word) {
		if c := word[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// cut cuts a token to maxToken bytes.
func cut(token string) string { return cutAt(token, maxToken) }

// cutAt cuts a text to some bytes, at the end of a character.
func cutAt(text string, size int) string {
	if len(text) <= size {
		return text
	}
	for !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size]
}

// onlyWord drops characters that are not part of words.
func onlyWord(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) {
		return r
	}
	return -1
}

// foldings has the folded form of each letter of Latin blocks that Vietnamese uses: Basic Latin to Latin Extended-B,
// and Latin Extended Additional. Empty forms are unknown.
var foldings = func() (forms [tableSize]string) {
	for r := range rune(tableSize) {
		if classOf(r) == letter && unicode.Is(unicode.Latin, r) {
			forms[r] = strings.Map(onlyWord, content.Fold(string(r)))
		}
	}
	for r := '0'; r <= '9'; r++ {
		forms[r] = string(r)
	}
	return forms
}()

// foldFast folds a word of Latin letters and accents. It returns false for other words.
func foldFast(word string) (string, bool) {
	var room [maxToken]byte
	folded := room[:0]
	for _, r := range word {
		switch {
		case r < tableSize && foldings[r] != "":
			folded = append(folded, foldings[r]...)
		case r >= 0x300 && r < 0x343 || classOf(r) == ignored: // accents
		default:
			return "", false
		}
	}
	return string(folded), true
}

// spell returns the exact form of a word.
func spell(word string) string {
	word = strings.Map(func(r rune) rune {
		switch r {
		case 'Đ', '\u00d0', '\u0189', '\u00f0', '\u0256':
			return 'đ'
		}
		if onlyWord(r) < 0 || classOf(r) == ignored || unicode.Is(unicode.Me, r) { // keycaps are Me
			return -1
		}
		return unicode.ToLower(r)
	}, word)
	return placeTone(norm.NFC.String(word))
}

// tones has the vowels with each tone, of the second letters of oa, oe and uy with those of the first.
var tones = map[string]string{
	"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa",
	"oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe",
	"uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}

// placeTone places the tone of a syllable that ends in oa, oe or uy on the first of the two letters.
func placeTone(word string) string {
	_, last := utf8.DecodeLastRuneInString(word)
	if last < 2 || len(word) == last {
		return word
	}
	ending := len(word) - last - 1
	if placed, ok := tones[word[ending:]]; ok {
		return word[:ending] + placed
	}
	return word
}
