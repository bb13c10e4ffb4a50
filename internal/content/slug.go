package content

import "strings"

// MaxSlug bounds slugs.
const MaxSlug = 200

// Slug is a stand-in.
func Slug(text string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, Fold(text)), "-")
}

// ValidSlug is a stand-in.
func ValidSlug(s string) bool { return s != "" && Slug(s) == s }
