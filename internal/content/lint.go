package content

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// FindingCode is the code of a finding.
type FindingCode string

// The codes of findings.
const (
	// FindingPlaceholder is a word that a program wrote in place of a missing value.
	FindingPlaceholder FindingCode = "PLACEHOLDER"
	// FindingControl is for invisible characters that do harm: control characters, overrides of the writing direction,
	// zero-width spaces.
	FindingControl FindingCode = "CONTROL"
	// FindingMojibake is for a text that was read in the wrong encoding, or lost characters by that.
	FindingMojibake FindingCode = "MOJIBAKE"
	// FindingDecomposed is for letters whose accents are separate characters (not NFC).
	FindingDecomposed FindingCode = "DECOMPOSED"
	// FindingBlank is for a text that has no visible character.
	FindingBlank FindingCode = "BLANK"
)

// Finding is one thing that is wrong with a text.
type Finding struct {
	Code FindingCode
	// Repaired reports that the clean text no longer has the fault. If it is false, the text must be refused.
	Repaired bool
	// Text shows the place: an excerpt of at most 80 characters, or the names of invisible characters.
	Text string
}

// Lint looks for faults that nobody wants to publish, and returns the text to store: valid UTF-8 in NFC, with "\n" as
// the end of lines. In a text of one line, such as a title, it also trims the text and makes single spaces of white
// space, without a finding. Other texts keep their white space. Lint returns each code at most once. An empty text has
// no faults.
func Lint(text string, line bool) (clean string, findings []Finding) {
	given := text
	found := func(code FindingCode, repaired bool, where string) {
		for i, f := range findings {
			if f.Code == code {
				findings[i].Repaired = f.Repaired && repaired
				return
			}
		}
		findings = append(findings, Finding{Code: code, Repaired: repaired, Text: Excerpt(where)})
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	if strings.ContainsRune(text, utf8.RuneError) {
		found(FindingMojibake, false, text)
	}
	for before := text + "."; text != before; { // a repair may reveal another fault
		before = text
		if !norm.NFC.IsNormalString(text) {
			found(FindingDecomposed, true, text)
			text = norm.NFC.String(text)
		}
		for read, ok := repairMisread(text); ok; read, ok = repairMisread(text) { // the text may be misread twice
			found(FindingMojibake, true, text)
			text = read
		}
		visible, signs := withoutControls(text)
		if signs != "" {
			found(FindingControl, true, signs)
		}
		text = visible
		if line {
			text = strings.TrimSpace(strings.Join(strings.FieldsFunc(text, isBreakingSpace), " "))
		}
	}
	if isMisread(text) {
		found(FindingMojibake, false, text)
	}
	if word := placeholder(text, line); word != "" {
		found(FindingPlaceholder, false, word)
	}
	if isBlank(text) && given != "" {
		found(FindingBlank, false, text)
	}
	return text, findings
}

// isBreakingSpace reports whether a character is white space at which a line may break. A no-break space is intended,
// so it is kept.
func isBreakingSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }

// maxExcerpt is the largest length of an excerpt, in characters.
const maxExcerpt = 80

// Excerpt returns the beginning of a text on one line, at most 80 characters, for messages.
func Excerpt(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), 8*utf8.UTFMax*maxExcerpt)], "")
	signs := []rune(strings.Join(strings.Fields(s), " "))
	if len(signs) > maxExcerpt {
		signs = append(signs[:maxExcerpt-1], '…')
	}
	return string(signs)
}

// lineEnds replaces the characters that end a line by "\n".
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// withoutControls removes invisible characters from a text and returns their names. It replaces line separators by
// "\n".
func withoutControls(s string) (clean, signs string) {
	seen := map[rune]bool{}
	clean = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
			signs = addName(signs, r, seen)
			return '\n'
		case unicode.IsControl(r), r >= '\u202A' && r <= '\u202E', r >= '\u2066' &&
			r <= '\u2069', r == '\u200B', r == '\uFEFF':
			signs = addName(signs, r, seen)
			return -1
		}
		return r
	}, lineEnds.Replace(s))
	return clean, signs
}

// addName adds the name of a character to a list of names, once.
func addName(names string, r rune, seen map[rune]bool) string {
	if seen[r] {
		return names
	}
	seen[r] = true
	return strings.TrimSpace(fmt.Sprintf("%s U+%04X", names, r))
}

// misread matches UTF-8 that was read as Windows-1252, as far as no language has such text. A character of two bytes
// begins with Â to Æ; after a capital it does not count, because "XÃ…" can be meant. Characters of three bytes are the
// letters of Vietnamese (áº, á»), quotation marks, dashes and similar ones (â€). An emoji has four bytes (ðŸ). If the
// second half of a character can end a word (”, », … and similar), it counts only before a letter.
var misread = func() *regexp.Regexp {
	const closers = "\u00a0’”»›–—…"
	var rest strings.Builder
	for b := 0x80; b < 0xC0; b++ {
		if r := charmap.Windows1252.DecodeByte(byte(b)); r != utf8.RuneError && !strings.ContainsRune(closers, r) {
			rest.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	rest.WriteString(`\x{80}-\x{9f}`)
	half := `(?:[` + rest.String() + `]|[` + closers + `]\p{L})`
	return regexp.MustCompile(`(?:^|[^\p{Lu}])[Â-Æ]` + half + `|á[º»]` + half + `|â[€‚„][` + rest.String() + closers +
		`]|ï»¿|ðŸ`)
}()

// isMisread reports whether [misread] matches a text. The expression takes longer than all other checks of a text, so
// isMisread first looks for the characters with which every match begins. Most texts have none.
func isMisread(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] != 0xC3 {
			continue
		}
		rest := s[i+2:]
		switch next := s[i+1]; {
		case next >= 0x82 && next <= 0x86, next == 0xAF, next == 0xB0, // Â to Æ, ï, ð
			next == 0xA1 && strings.HasPrefix(rest, "\xC2"), next == 0xA2 && strings.HasPrefix(rest, "\xE2"): // á, â
			return misread.MatchString(s)
		}
	}
	return false
}

// Placeholder returns the text if it is only a word that programs write in place of a missing value; otherwise "".
func Placeholder(text string) string { return placeholder(text, false) }

// lostD matches a Đ of misread Vietnamese that lost the control character of its second half.
var lostD = regexp.MustCompile(`Ä([^\x{80}-\x{bf}‘’“”–—˜™š›œžŸ€‚ƒ„…†‡ˆ‰Š‹ŒŽ]|$)`)

// repairMisread decodes a text that was read as Windows-1252 as UTF-8; false if the text was not misread, or only parts
// of it.
func repairMisread(s string) (string, bool) {
	if !isMisread(s) {
		return s, false
	}
	try := []string{s}
	if strings.Contains(s, "á»") || strings.Contains(s, "áº") {
		try = append(try, lostD.ReplaceAllString(s, "Ä\u0090$1"))
	}
	for _, s := range try {
		if read, ok := windows1252(s); ok && utf8.Valid(read) {
			return string(read), true
		}
	}
	return s, false
}

// windows1252 encodes a text in the Windows-1252 of browsers: bytes without a character in Windows-1252 are the control
// characters with the same number. It returns false if the text has any other character.
func windows1252(s string) ([]byte, bool) {
	written := make([]byte, 0, len(s))
	for _, r := range s {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if r >= 0x80 && r < 0xA0 {
			b, ok = byte(r), true
		}
		if !ok {
			return nil, false
		}
		written = append(written, b)
	}
	return written, true
}

// placeholderWords are the words that programs write in place of a missing value.
var placeholderWords = []string{"null", "undefined", "NaN"}

// placeholder returns the word in a text that a program wrote in place of a missing value; empty if there is none. A
// word of placeholderWords counts if it is the whole text, or the beginning or end of a title; inside a text it can be
// meant.
func placeholder(s string, line bool) string {
	const object = "[object Object]"
	if strings.Contains(s, object) {
		return object
	}
	for _, word := range placeholderWords {
		if strings.TrimSpace(s) == word {
			return word
		}
		if !line {
			continue
		}
		if rest, ok := strings.CutPrefix(s, word); ok {
			if next, _ := utf8.DecodeRuneInString(rest); rest == "" || !inWord(next) {
				return word
			}
		}
		if rest, ok := strings.CutSuffix(s, word); ok {
			if last, _ := utf8.DecodeLastRuneInString(rest); !inWord(last) {
				return word
			}
		}
	}
	return ""
}

// inWord reports whether a character beside a word makes it part of a longer word.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("-_'’", r)
}

// isBlank reports whether a text has no visible character.
func isBlank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) &&
			!unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) &&
			r != '\u2800'
	})
}
