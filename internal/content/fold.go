package content

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters spells the small letters that no normalization takes apart into a letter and an accent, and those that have
// several small forms, as Fold does.
var letters = strings.NewReplacer("đ", "d", "ð", "d", "ɖ", "d", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "ħ", "h", "ŧ", "t", "þ", "th", "ı", "i", "ß", "ss", "ς", "σ")

// signs writes the quotation marks and dashes that people take for each other in one way.
var signs = strings.NewReplacer(
	"’", "'", "‘", "'", "‛", "'", "ʼ", "'", "ʻ", "'", "ʽ", "'", "ˈ", "'", "ʹ", "'", "′", "'", "´", "'", "`", "'", "＇", "'", "ʾ", "'", "ʿ", "'", "\u1ffd", "'", "\u0384", "'",
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "″", `"`, "«", `"`, "»", `"`,
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-",
)

// alike writes signs that look the same in one way: apostrophes as U+0027, the capitals of đ, ð and ɖ as U+0110.
var alike = strings.NewReplacer("’", "'", "‘", "'", "‛", "'", "ʼ", "'", "ʻ", "'", "′", "'", "´", "'", "`", "'", "＇", "'", "\u00d0", "\u0110", "\u0189", "\u0110")

// Fold gives the form of a text in which spellings that differ only by case, accents and the way of typing are the
// same: taken apart by compatibility (NFKD, Unicode annex 15), without marks and signs that nobody sees, in lower case
// (ß is ss), with đ, ð and their capitals as d, and so on for the Latin letters that have no accent to lose, one kind of
// apostrophe, quotation mark and dash, and white space as single spaces. It is the same for all normalization forms of
// a text, and folding twice changes nothing.
func Fold(s string) string {
	s = norm.NFKD.String(signs.Replace(s))
	s = letters.Replace(strings.ToLower(strings.Map(seen, s)))
	return spaced(signs.Replace(strings.Map(seen, norm.NFKD.String(s))))
}

// Spelling gives the form of a text in which two are the same that a reader can't tell apart: composed (NFC), with one
// kind of apostrophe and of Đ, white space as single spaces, and without signs that nobody sees. Case and accents count.
func Spelling(s string) string {
	s = alike.Replace(norm.NFC.String(strings.Map(visible, s)))
	return spaced(strings.Map(visible, s)) // the normalization itself parts more than thirty marks by a sign
}

// seen drops marks beside what visible drops.
func seen(r rune) rune {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return -1
	}
	return visible(r)
}

// visible drops what nobody sees and is no white space: control and format signs, among them spaces without width.
func visible(r rune) rune {
	if unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && !unicode.IsSpace(r) {
		return -1
	}
	return r
}

// spaced is a text with its white space as single spaces, and none around it.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }
