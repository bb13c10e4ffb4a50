package content

import (
	"maps"
	"strings"
)

// Locale is a language tag of BCP 47, such as "vi" or "en-GB".
type Locale string

// Undetermined is BCP 47's tag for a text that is the same in every language, such as a file's name.
const Undetermined Locale = "und"

// Text is a text in several languages.
type Text map[Locale]string

// In returns the text in the first language of a chain that has one, and that language. For a text with the tag
// Undetermined, the language is the first of the chain. If no language of the chain has a text, In returns the text of
// any other language, so that an entry in a former language of the site still has a name. It returns "" if there is no
// text at all.
func (t Text) In(chain []Locale) (string, Locale) {
	for _, l := range chain {
		if s := t[l]; s != "" {
			return s, l
		}
	}
	if s := t[Undetermined]; s != "" && len(chain) > 0 {
		return s, chain[0]
	}
	l := anyLocale(t, func(s string) bool { return s != "" })
	return t[l], l
}

// anyLocale returns the first language, in the order of their tags, for which there returns true; empty if there is
// none.
func anyLocale[V any](in map[Locale]V, there func(V) bool) (first Locale) {
	for l, v := range in {
		if there(v) && (first == "" || l < first) {
			first = l
		}
	}
	return first
}

// Empty reports whether there is no text in any language.
func (t Text) Empty() bool {
	s, _ := t.In(nil)
	return s == "" && t[Undetermined] == ""
}

// With returns the text, with the texts of other in the languages that other has.
func (t Text) With(other Text) Text {
	if len(other) == 0 {
		return t
	}
	both := maps.Clone(other)
	for l, s := range t {
		if both[l] == "" {
			both[l] = s
		}
	}
	return both
}

// Languages are the site's languages and their fallback order.
type Languages struct {
	// Default is the language of requests that name none, and the first fallback. It is one of Locales.
	Default Locale `json:"default"`
	// Locales are the languages of the site.
	Locales []Locale `json:"locales"`
}

// Chain returns the fallback chain of a requested language: the language itself, then the languages of which it is a
// variant ("en-GB", "en"), then the site's default and its other languages in their order. Languages that the site does
// not have are skipped. The empty locale requests the default.
func (l Languages) Chain(asked Locale) []Locale {
	chain := make([]Locale, 0, len(l.Locales)+1)
	add := func(locale Locale) {
		for _, have := range chain {
			if have == locale {
				return
			}
		}
		chain = append(chain, locale)
	}
	for tag := string(asked); tag != ""; {
		for _, known := range l.Locales {
			if strings.EqualFold(string(known), tag) {
				add(known)
			}
		}
		cut := strings.LastIndexByte(tag, '-')
		tag = tag[:max(cut, 0)]
	}
	add(l.Default)
	for _, known := range l.Locales {
		add(known)
	}
	return chain
}
