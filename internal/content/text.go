package content

import (
	"maps"
	"strings"
)

// Locale is a language tag by BCP 47, such as "vi" or "en-GB".
type Locale string

// Undetermined is BCP 47's tag for a text that is the same in every language, such as a file's name.
const Undetermined Locale = "und"

// Text is a text in several languages.
type Text map[Locale]string

// In is the text in the first language of a chain that has one, and that
// language. A text of no language in particular answers for the chain's first. Behind the chain stands whatever text there
// is: an entry that is written in a language that the site had once still has a name. Where there is none at all, it is empty.
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

// anyLocale is the first language, in the order of their tags, in which there is something; empty where there is nothing.
func anyLocale[V any](in map[Locale]V, there func(V) bool) (first Locale) {
	for l, v := range in {
		if there(v) && (first == "" || l < first) {
			first = l
		}
	}
	return first
}

// Empty tells that there is no text in any language.
func (t Text) Empty() bool {
	s, _ := t.In(nil)
	return s == "" && t[Undetermined] == ""
}

// With is the text with another one in its place in the languages that that one has.
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

// Languages is the site's languages and how one stands in for another.
type Languages struct {
	// Default answers where nothing else does. It is one of Locales.
	Default Locale `json:"default"`
	// Locales are the languages that the site is written in.
	Locales []Locale `json:"locales"`
}

// Chain lists the languages that may answer for one that was asked for: itself,
// then what it is a variant of ("en-GB", "en"), then the site's default and its
// other languages in their order. The empty locale asks for the default.
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
