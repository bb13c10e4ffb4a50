package newsroom

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sen/internal/content"
	"sen/internal/messages"
)

// localized calls read for each language in the value, with the fields given in that language.
func (r *reader) localized(value any, path []string, read func(content.Locale, map[string]any, []string)) {
	members, ok := value.([]any)
	if !ok {
		members = []any{value}
	}
	var seen []content.Locale
	for i, member := range members {
		fields, _ := member.(map[string]any)
		at := path
		if ok {
			at = append(slices.Clone(path), strconv.Itoa(i))
		}
		locale := content.Locale(str(fields["locale"]))
		if locale == "" {
			locale = r.locale
		}
		if !slices.Contains(r.languages.Locales, locale) {
			r.report.Refuse(content.ProblemInvalid, append(slices.Clone(at), "locale"), messages.Locale, locale)
			continue
		}
		if slices.Contains(seen, locale) {
			r.report.Refuse(content.ProblemInvalid, append(slices.Clone(at), "locale"), messages.LocaleTwice, locale)
			continue
		}
		seen = append(seen, locale)
		read(locale, fields, at)
	}
}

// texts reads a text in some languages. The other languages stay unchanged; null clears all languages.
func (r *reader) texts(to *content.Text, value any, tag reflect.StructTag, path []string) {
	if value == nil {
		*to = nil
		return
	}
	text := content.Text{}
	for l, s := range *to {
		text[l] = s
	}
	r.localized(value, path, func(locale content.Locale, fields map[string]any, at []string) {
		if fields["text"] == nil {
			delete(text, locale)
			return
		}
		if text[locale] = r.clean(str(fields["text"]), cmp.Or(tag.Get("lint"), "text"),
			append(slices.Clone(at), "text")); text[locale] == "" {
			delete(text, locale)
		}
	})
	*to = text
}

// lineEnds replaces every kind of line end by "\n", as [content.Lint] does.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n",
	"\u2029", "\n")

// clean returns a text as it is stored. It repairs what it can, with a notice, and refuses the rest.
func (r *reader) clean(s, lint string, path []string) string {
	most := maxText
	if lint == "line" {
		most = maxLine
	}
	if n := utf8.RuneCountInString(s); n > most {
		r.report.Refuse(content.ProblemTooLong, path, messages.TooLong, n, most)
		return s
	}
	s = r.addresses(s, path)
	var before, after string
	if lint == "span" { // spaces around a span separate it from its neighbours
		core := strings.TrimSpace(s)
		if core == "" {
			return lineEnds.Replace(s)
		}
		before, after, _ = strings.Cut(s, core)
		before, after = lineEnds.Replace(before), lineEnds.Replace(after)
		s = core
	}
	kept, findings := content.Lint(s, lint == "line")
	for _, f := range findings {
		switch f.Code {
		case content.FindingPlaceholder:
			if lint != "span" { // see refusePlaceholder
				r.report.Refuse(content.ProblemPlaceholder, path, messages.Placeholder, f.Text)
			}
		case content.FindingBlank:
			if lint != "" { // an optional plain text may be empty
				r.report.Refuse(content.ProblemRequired, path, messages.Blank)
			}
		case content.FindingControl:
			r.report.Notice(content.NoticeRepaired, path, messages.RepairedControl)
		case content.FindingDecomposed:
			r.report.Notice(content.NoticeRepaired, path, messages.RepairedNFD)
		case content.FindingMojibake:
			if f.Repaired {
				r.report.Notice(content.NoticeRepaired, path, messages.RepairedMojibake)
			} else {
				r.report.Refuse(content.ProblemMojibake, path, messages.Mojibake)
			}
		}
	}
	return before + kept + after
}

// ownAddress matches a possible address of a file or a preview in a text.
var ownAddress = regexp.MustCompile(`(?:[hH][tT][tT][pP][sS]?:)?(?:[\pL\pN.:@\[\]-]|/)*/(?:media|preview)/[^\s<>"]+`)

// addresses removes the signatures from the addresses in a text, and refuses addresses of previews.
func (r *reader) addresses(s string, path []string) string {
	if r.own == nil || !strings.Contains(s, "/media/") && !strings.Contains(s, "/preview/") {
		return s
	}
	return ownAddress.ReplaceAllStringFunc(s, func(address string) string {
		address, behind := trimPunctuation(address)
		prefix := ""
		if first := strings.IndexByte(address, '/'); first > 0 && address[first-1] != ':' {
			prefix = "//" // a host without a scheme
		}
		if r.own.isPreview(prefix + address) {
			r.report.Refuse(content.ProblemInvalid, path, messages.PreviewAddress)
		}
		stable, signed := r.own.unsigned(prefix + address)
		if signed {
			r.report.Notice(content.NoticeRepaired, path, messages.SignedAddress)
		}
		return stable[len(prefix):] + behind
	})
}

// trimPunctuation separates an address in a text from the punctuation behind it.
func trimPunctuation(s string) (address, behind string) {
	address = strings.TrimRight(s, ".,;:!?)]}'*_`")
	return address, s[len(address):]
}
