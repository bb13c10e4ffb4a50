package query

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

// Text compares a text by its keys: a text in several languages by its shown translation, or a text without a
// language that has keys, such as a file's name.
func (w *Where) Text(field string, f *content.StringFilter) {
	if f == nil {
		return
	}
	w.checkText(f)
	locale := "." + string(w.Chain[0])
	Match(w, w.At+Keys+"same."+field+locale, convertedMatch(&f.Match, content.Spelling))
	w.exists(field, f.Exists)
	w.pattern(Keys+"fold."+field+locale, f, "")
}

// convertedMatch returns a comparison whose values are converted by a function.
func convertedMatch(m *content.Match[string], form func(string) string) *content.Match[string] {
	var converted content.Match[string]
	for _, one := range []struct{ from, to **string }{{&m.Eq, &converted.Eq}, {&m.Ne, &converted.Ne}} {
		if *one.from != nil {
			s := form(**one.from)
			*one.to = &s
		}
	}
	for _, list := range []struct{ from, to *[]string }{{&m.In, &converted.In}, {&m.NotIn, &converted.NotIn}} {
		if *list.from != nil {
			*list.to = make([]string, len(*list.from))
			for i, s := range *list.from {
				(*list.to)[i] = form(s)
			}
		}
	}
	return &converted
}

// Plain compares a text of ASCII letters, digits and signs that has no keys, such as a slug. With the option "i",
// prefixes and parts are found without regard to case. For any other text use [Where.Text], which ignores accents.
func (w *Where) Plain(field string, f *content.StringFilter, options string) {
	if f == nil {
		return
	}
	w.checkText(f)
	Match(w, w.At+field, convertedMatch(&f.Match, norm.NFC.String))
	w.exists(field, f.Exists)
	w.pattern(field, f, options)
}

// pattern matches a prefix or a part of a folded text. The value is quoted, since it is plain text and not a regular
// expression. A value that folds to nothing, such as a blank, matches nothing.
func (w *Where) pattern(field string, f *content.StringFilter, options string) {
	for _, p := range []struct {
		begin string
		part  *string
	}{{"^", f.StartsWith}, {"", f.Contains}} {
		if p.part == nil {
			continue
		}
		folded := content.Fold(*p.part)
		if strings.Contains(*p.part, "\x00") { // no text contains it
			folded = ""
		}
		if n := utf8.RuneCountInString(folded); n > content.MaxFilterText { // folding can turn a ligature into many letters
			w.Refuse("A text in a filter has %d characters, its ligatures taken apart; at most %d are allowed.",
				n, content.MaxFilterText)
		}
		if folded == "" {
			w.Conds = append(w.Conds, Nothing)
			continue
		}
		w.Add(field, bson.Regex{Pattern: p.begin + regexp.QuoteMeta(folded), Options: options})
	}
}

// checkText refuses values that are too long or not valid text.
func (w *Where) checkText(f *content.StringFilter) {
	values := append(append([]string{}, f.In...), f.NotIn...)
	for _, p := range []*string{f.Eq, f.Ne, f.StartsWith, f.Contains} {
		if p != nil {
			values = append(values, *p)
		}
	}
	for _, v := range values {
		if n := utf8.RuneCountInString(v); n > content.MaxFilterText {
			w.Refuse("A text in a filter has %d characters; at most %d are allowed.", n, content.MaxFilterText)
		}
	}
}
