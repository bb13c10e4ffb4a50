package search

import (
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"

	"sen/internal/content"
)

// stemmer removes the endings of a word.
type stemmer func(*snowballstem.Env) bool

// stemmers are the stemmers of languages, by the first part of their tags.
var stemmers = map[string]stemmer{
	"ar": arabic.Stem, "da": danish.Stem, "de": german.Stem, "en": english.Stem, "es": spanish.Stem, "fi": finnish.Stem,
	"fr": french.Stem, "ga": irish.Stem, "hu": hungarian.Stem, "it": italian.Stem, "nb": norwegian.Stem,
	"nl": dutch.Stem, "nn": norwegian.Stem, "no": norwegian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem,
	"ru": russian.Stem, "sv": swedish.Stem, "ta": tamil.Stem, "tr": turkish.Stem,
}

// stemmersOf returns the stemmers of some languages.
func stemmersOf(locales ...content.Locale) (of []stemmer) {
	for _, locale := range locales {
		language, _, _ := strings.Cut(string(locale), "-")
		if s, ok := stemmers[strings.ToLower(language)]; ok {
			of = append(of, s)
		}
	}
	return of
}

// stem returns the folded stem of a word; empty if it is the word itself. Words of less than four letters have none:
// they are as likely Vietnamese syllables.
func (s stemmer) stem(t Token) string {
	if utf8.RuneCountInString(t.Folded) < 4 {
		return ""
	}
	env := snowballstem.NewEnv(t.Exact)
	s(env)
	stem := newToken(env.Current()).Folded
	if stem == t.Folded || utf8.RuneCountInString(stem) < 3 {
		return ""
	}
	return stem
}
