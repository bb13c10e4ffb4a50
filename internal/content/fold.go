package content

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// baseLetters has the replacements of Fold for lower-case letters that no normalization splits into a letter and an
// accent, and for letters with several lower-case forms.
var baseLetters = strings.NewReplacer("đ", "d", "ð", "d", "ɖ", "d", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "ħ", "h",
	"ŧ", "t", "þ", "th", "ı", "i", "ß", "ss", "ς", "σ")

// punctuation replaces the different quotation marks and dashes that people confuse by one form of each.
var punctuation = strings.NewReplacer(
	"’", "'", "‘", "'", "‛", "'", "ʼ", "'", "ʻ", "'", "ʽ", "'", "ˈ", "'", "ʹ", "'", "′", "'", "´", "'", "`", "'", "＇", "'",
	"ʾ", "'", "ʿ", "'", "\u1ffd", "'", "\u0384", "'",
	"“", `"`, "”", `"`, "„", `"`, "‟", `"`, "″", `"`, "«", `"`, "»", `"`,
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-",
)

// lookalikes replaces characters that look the same by one of them: apostrophes by U+0027, the capitals of đ, ð and ɖ
// by U+0110.
var lookalikes = strings.NewReplacer("’", "'", "‘", "'", "‛", "'", "ʼ", "'", "ʻ", "'", "′", "'", "´", "'", "`", "'",
	"＇", "'", "\u00d0", "\u0110", "\u0189", "\u0110")

// Fold returns a normalized form of a text for searches. Two texts that differ only in case, accents and the way of
// typing have the same form. Fold decomposes the text (NFKD, Unicode annex 15), removes accents and invisible
// characters, converts to lower case (ß becomes ss), replaces đ, ð and other Latin letters that NFKD does not split (đ
// becomes d), uses one kind of apostrophe, quotation mark and dash, and single spaces as white space. All normalization
// forms of a text give the same result, and folding twice changes nothing.
func Fold(s string) string {
	s = norm.NFKD.String(punctuation.Replace(s))
	s = baseLetters.Replace(strings.ToLower(strings.Map(dropMarks, s)))
	return collapseSpaces(punctuation.Replace(strings.Map(dropMarks, norm.NFKD.String(s))))
}

// Spelling returns a normalized form of a text for comparisons. Two texts that look the same to a reader have the same
// form: composed (NFC), with one kind of apostrophe and of Đ, single spaces as white space, and no invisible
// characters. Case and accents count.
func Spelling(s string) string {
	s = lookalikes.Replace(norm.NFC.String(strings.Map(dropInvisible, s)))
	// NFC inserts an invisible character into a sequence of more than thirty marks
	return collapseSpaces(strings.Map(dropInvisible, s))
}

// dropMarks drops combining marks and everything that dropInvisible drops.
func dropMarks(r rune) rune {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return -1
	}
	return dropInvisible(r)
}

// dropInvisible drops invisible characters that are not white space: control and format characters, such as zero-width
// spaces.
func dropInvisible(r rune) rune {
	if unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
		!unicode.IsSpace(r) {
		return -1
	}
	return r
}

// collapseSpaces trims a text and replaces its white space by single spaces.
func collapseSpaces(s string) string { return strings.Join(strings.Fields(s), " ") }
