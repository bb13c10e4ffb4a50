package content

import "strings"

// MaxSlug is the largest length of a slug, in bytes.
const MaxSlug = 200

// madeSlug is the largest length of a slug that is made from a text, in bytes. Slugs that editors write may be longer.
const madeSlug = 100

// Slug makes a slug from a title: "Đi chợ Đồng Tháp" gives "di-cho-dong-thap". A slug has the letters a-z, digits and
// single dashes, and at most 100 bytes. A longer one is cut, between words if possible. The slug is empty if the text
// has no such letters, for example a Chinese text.
func Slug(text string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(Fold(strings.ToValidUTF8(text, " ")),
		func(r rune) bool { return !slugSign(r) }) {
		if b.Len() > 0 && b.Len()+1+len(word) > madeSlug {
			break
		}
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(word[:min(len(word), madeSlug)])
	}
	return b.String()
}

// ValidSlug reports whether a text is a valid slug: a-z, digits, and single dashes between them, at most [MaxSlug]
// bytes.
func ValidSlug(s string) bool {
	return s != "" && len(s) <= MaxSlug && s[0] != '-' && s[len(s)-1] != '-' && !strings.Contains(s, "--") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r != '-' && !slugSign(r) })
}

// slugSign reports whether a character may be in the words of a slug.
func slugSign(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
