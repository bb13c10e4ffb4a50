package richtext

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"sen/internal/content"
)

// paragraph is running text whose lines can't be taken for other blocks.
func paragraph(spans []content.Span) string {
	rows := strings.Split(markdownSpans(spans), "\n")
	for i, row := range rows {
		rows[i] = blockStart.ReplaceAllString(strings.TrimLeft(row, " \t"), `$1\$2`)
	}
	text := strings.Join(rows, "\n")
	for more := true; more; { // line breaks at the end, not a backslash that stands there itself
		if text, more = strings.CutSuffix(text, "\\\n"); !more {
			text, more = strings.CutSuffix(text, "\n")
		}
	}
	return text
}

// blockStart matches the beginning of a line that would begin another block: a list,
// a heading, a rule, a setext underline. ("<", ">", "|" and the like are escaped anyway.)
var blockStart = regexp.MustCompile(`^(\d{0,9})([.)+=-])`)

// markdownSpans is running text as Markdown.
func markdownSpans(spans []content.Span) string {
	var b strings.Builder
	star := false // the text so far ends with one
	for _, s := range Spans(spans) {
		text := markdownText(s.Text)
		sign := ""
		if len(s.Marks) == 1 && !star && wordlike(s.Text) {
			// Signs do where letters stand on their inner sides; else what is around decides.
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

// wordlike tells whether a text begins and ends with a letter or a digit.
func wordlike(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	in := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return in(first) && in(last)
}

// codeSpan puts a text between more backticks than it has in a row; in an element where white
// space would be lost between them.
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

// markdownEscapes are the signs that mean something inside a line.
var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`,
	"|", `\|`, "~", `\~`, "&", `\&`, "#", `\#`, "!", `\!`, "\n", "\\\n",
)

func markdownText(s string) string { return markdownEscapes.Replace(valid(s)) }

// target is an address as a link's target, between angles when it has brackets.
func target(address string) string {
	if strings.ContainsAny(address, "()") {
		return "<" + address + ">"
	}
	return address
}
