package content

import "strings"

// MaxSlug bounds a slug in bytes.
const MaxSlug = 200

// madeSlug bounds a slug that is made from a text, in bytes: editors may give longer ones.
const madeSlug = 100

// Slug makes the part of an address that tells what a page is about from its title:
// "Đi chợ Đồng Tháp" gives "di-cho-dong-thap". It has the letters a-z, digits and
// single dashes, and at most 100 bytes, cut between words where it can be. It is empty
// where nothing is left of the text, as of one in Chinese.
func Slug(text string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(Fold(strings.ToValidUTF8(text, " ")), func(r rune) bool { return !slugSign(r) }) {
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

// ValidSlug tells whether an address may end with a slug as it is: a-z, digits, and
// single dashes between them, at most [MaxSlug] bytes.
func ValidSlug(s string) bool {
	return s != "" && len(s) <= MaxSlug && s[0] != '-' && s[len(s)-1] != '-' && !strings.Contains(s, "--") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r != '-' && !slugSign(r) })
}

// slugSign tells whether a slug's words have a sign.
func slugSign(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
