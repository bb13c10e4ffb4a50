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

// FindingCode names what is wrong with a text.
type FindingCode string

// What may be wrong with a text.
const (
	// FindingPlaceholder is a word that a program printed where a value was missing.
	FindingPlaceholder FindingCode = "PLACEHOLDER"
	// FindingControl is signs that nobody sees and that disturb: control signs,
	// overrides of the direction of writing, spaces without width.
	FindingControl FindingCode = "CONTROL"
	// FindingMojibake is a text that was read in the wrong encoding, or lost signs to it.
	FindingMojibake FindingCode = "MOJIBAKE"
	// FindingDecomposed is letters with their accents as signs of their own (not NFC).
	FindingDecomposed FindingCode = "DECOMPOSED"
	// FindingBlank is a text that shows nothing.
	FindingBlank FindingCode = "BLANK"
)

// Finding is one thing that is wrong with a text.
type Finding struct {
	Code FindingCode
	// Repaired tells that the clean text has it no more; otherwise the text is to be refused.
	Repaired bool
	// Text shows where: an excerpt of at most 80 signs, or the names of signs that can't be seen.
	Text string
}

// Lint looks for what nobody means to publish, and gives the text as it is to be
// kept: valid UTF-8 in NFC, with "\n" as the end of lines. A text of one line, such as
// a title, also has its white space in order without a finding: none outside, single
// spaces inside. Other texts keep theirs. Each code is found at most once, and an
// empty text has nothing wrong.
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
	for before := text + "."; text != before; { // one repair may uncover another
		before = text
		if !norm.NFC.IsNormalString(text) {
			found(FindingDecomposed, true, text)
			text = norm.NFC.String(text)
		}
		for read, ok := reread(text); ok; read, ok = reread(text) { // it may have happened twice
			found(FindingMojibake, true, text)
			text = read
		}
		visible, signs := withoutControls(text)
		if signs != "" {
			found(FindingControl, true, signs)
		}
		text = visible
		if line {
			text = strings.TrimSpace(strings.Join(strings.FieldsFunc(text, breaking), " "))
		}
	}
	if isMisread(text) {
		found(FindingMojibake, false, text)
	}
	if word := placeholder(text, line); word != "" {
		found(FindingPlaceholder, false, word)
	}
	if blank(text) && given != "" {
		found(FindingBlank, false, text)
	}
	return text, findings
}

// breaking tells whether a sign is white space at which a line may break; a no-break
// space is there on purpose.
func breaking(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }

// maxExcerpt bounds an excerpt in signs.
const maxExcerpt = 80

// Excerpt is the beginning of a text on one line, at most 80 signs, to tell where something is.
func Excerpt(s string) string {
	s = strings.ToValidUTF8(s[:min(len(s), 8*utf8.UTFMax*maxExcerpt)], "")
	signs := []rune(strings.Join(strings.Fields(s), " "))
	if len(signs) > maxExcerpt {
		signs = append(signs[:maxExcerpt-1], '…')
	}
	return string(signs)
}

// lineEnds are the signs that end a line, each as "\n".
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// withoutControls is a text without the signs that nobody sees, and which they were.
// Those that part lines or words do so still.
func withoutControls(s string) (clean, signs string) {
	seen := map[rune]bool{}
	clean = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\v', r == '\f', r == '\u0085', r == '\u2028', r == '\u2029':
			signs = named(signs, r, seen)
			return '\n'
		case unicode.IsControl(r), r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', r == '\u200B', r == '\uFEFF':
			signs = named(signs, r, seen)
			return -1
		}
		return r
	}, lineEnds.Replace(s))
	return clean, signs
}

// named adds the name of a sign, once.
func named(names string, r rune, seen map[rune]bool) string {
	if seen[r] {
		return names
	}
	seen[r] = true
	return strings.TrimSpace(fmt.Sprintf("%s U+%04X", names, r))
}

// misread matches what UTF-8 looks like when it is read as Windows-1252, and what no
// language writes. A sign of two bytes begins with Â to Æ: not after a capital, for
// "XÃ…" is written so. Of three bytes are the letters of Vietnamese (áº, á»), quotation
// marks, dashes and such (â€); an emoji has four (ðŸ). The second half of a sign that
// may close a word (”, », … and such) counts where a letter follows.
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
	return regexp.MustCompile(`(?:^|[^\p{Lu}])[Â-Æ]` + half + `|á[º»]` + half + `|â[€‚„][` + rest.String() + closers + `]|ï»¿|ðŸ`)
}()

// isMisread tells whether [misread] matches a text. That takes longer than all else that is looked for in a text, and
// most texts have none of the signs that every match begins with.
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

// Placeholder is the word that a text is which a program printed in place of a value; empty if it is none.
func Placeholder(text string) string { return placeholder(text, false) }

// lostD matches a Đ of misread Vietnamese that lost the control sign of its second half.
var lostD = regexp.MustCompile(`Ä([^\x{80}-\x{bf}‘’“”–—˜™š›œžŸ€‚ƒ„…†‡ˆ‰Š‹ŒŽ]|$)`)

// reread reads a text again that was read as Windows-1252; false where it was not, or
// where only parts of it were.
func reread(s string) (string, bool) {
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

// windows1252 writes a text in Windows-1252, as browsers have it: what has no sign there
// stands for itself. It answers false for a text with other signs.
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

// missing are the words that programs print where a value is missing.
var missing = []string{"null", "undefined", "NaN"}

// placeholder is the word in a text that a program printed in place of a value. The
// words may be meant inside a text; alone, and at the ends of a title, they are not.
func placeholder(s string, line bool) string {
	const object = "[object Object]"
	if strings.Contains(s, object) {
		return object
	}
	for _, word := range missing {
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

// inWord tells whether a sign beside a word makes another word of it.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("-_'’", r)
}

// blank tells whether a text shows nothing.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Cc, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && r != '\u2800'
	})
}
