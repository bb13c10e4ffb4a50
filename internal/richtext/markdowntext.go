package richtext

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"sen/internal/content"
)

// paragraph returns running text in which no line can be read as the start of another block.
func paragraph(spans []content.Span) string {
	rows := strings.Split(markdownSpans(spans), "\n")
	for i, row := range rows {
		rows[i] = blockStart.ReplaceAllString(strings.TrimLeft(row, " \t"), `$1\$2`)
	}
	text := strings.Join(rows, "\n")
	for more := true; more; { // Removes line breaks at the end, but not a backslash of the text itself.
		if text, more = strings.CutSuffix(text, "\\\n"); !more {
			text, more = strings.CutSuffix(text, "\n")
		}
	}
	return text
}

// blockStart matches the beginning of a line that would start another block: a list, a heading, a rule, a setext
// underline. Characters such as "<", ">" and "|" are always escaped.
var blockStart = regexp.MustCompile(`^(\d{0,9})([.)+=-])`)

// markdownSpans returns running text as Markdown.
func markdownSpans(spans []content.Span) string {
	var b strings.Builder
	star := false // the text so far ends with emphasis signs
	for _, s := range Spans(spans) {
		text := markdownText(s.Text)
		sign := ""
		if len(s.Marks) == 1 && !star && isWordlike(s.Text) {
			// Emphasis signs are safe next to letters and digits inside. Otherwise CommonMark looks at the characters
			// around them.
			sign = map[content.Mark]string{content.MarkBold: "**", content.MarkItalic: "*", content.MarkStrike: "~~"}[s.Marks[0]]
		}
		switch {
		case sign != "":
			text = sign + text + sign
		default:
			if has(s.Marks, content.MarkCode) {
				text = codeSpan(s.Text)
			}
			for i := len(markElements) - 2; i >= 0; i-- {
				if e := markElements[i]; has(s.Marks, e.mark) {
					text = "<" + e.element + ">" + text + "</" + e.element + ">"
				}
			}
		}
		star = sign != "" && s.Link == ""
		if address := link(s.Link); address != "" {
			text = "[" + text + "](" + target(address) + ")"
		}
		b.WriteString(text)
	}
	return b.String()
}

// isWordlike reports whether a text begins and ends with a letter or a digit.
func isWordlike(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	in := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return in(first) && in(last)
}

// codeSpan puts a text between backticks, more than it has in a row. A text whose white space would be lost goes into
// a <code> element.
func codeSpan(s string) string {
	if strings.ContainsAny(s, "\n\t") || strings.TrimSpace(s) != s {
		return "<code>" + markdownText(s) + "</code>"
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// markdownEscapes escapes the characters that have a meaning inside a line.
var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`,
	"|", `\|`, "~", `\~`, "&", `\&`, "#", `\#`, "!", `\!`, "\n", "\\\n",
)

func markdownText(s string) string { return markdownEscapes.Replace(valid(s)) }

// target returns an address as the target of a link, in angle brackets if it contains parentheses.
func target(address string) string {
	if strings.ContainsAny(address, "()") {
		return "<" + address + ">"
	}
	return address
}
