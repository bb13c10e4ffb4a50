package richtext

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sen/internal/content"
)

// Markdown is the blocks as CommonMark (spec.commonmark.org) with the tables and the
// strikethrough of GitHub Flavored Markdown. What Markdown has no signs for is inline HTML.
func Markdown(blocks []content.Block, media func(content.ID) (Medium, bool)) string {
	var parts []string
	for _, b := range blocks {
		if text := strings.Trim(markdownBlock(b, media), "\n"); text != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "\n\n") + "\n"
}

func markdownBlock(b content.Block, media Media) string {
	switch {
	case b.Paragraph != nil:
		return paragraph(b.Paragraph.Spans)
	case b.Heading != nil:
		return strings.Repeat("#", heading(b.Heading.Level)) + " " + oneLine(markdownSpans(b.Heading.Spans))
	case b.Image != nil:
		return markdownImage(b.Image, media)
	case b.Gallery != nil:
		var parts []string
		for _, image := range b.Gallery.Images {
			if text := markdownImage(image, media); text != "" {
				parts = append(parts, text)
			}
		}
		if len(parts) > 0 && b.Gallery.Caption != "" {
			parts = append(parts, emphasis(b.Gallery.Caption))
		}
		return strings.Join(parts, "\n\n")
	case b.List != nil:
		return markdownItems(b.List.Items, b.List.Ordered, "", 1)
	case b.Quote != nil:
		text := paragraph(b.Quote.Spans)
		if b.Quote.Attribution != "" {
			text += "\n\n— " + markdownText(b.Quote.Attribution)
		}
		return "> " + strings.ReplaceAll(text, "\n", "\n> ")
	case b.Table != nil:
		return markdownTable(b.Table)
	case b.File != nil:
		m, ok := media(b.File.MediaID)
		if !ok || link(m.URL) == "" {
			return ""
		}
		return fmt.Sprintf("[%s](%s) (%s)", oneLine(markdownText(either(b.File.Caption, m.Title, "…"))), target(link(m.URL)), markdownText(fileNote(m)))
	case b.Embed != nil:
		address := link(string(b.Embed.URL))
		if address == "" {
			return ""
		}
		return fmt.Sprintf("[%s](%s)", oneLine(markdownText(either(b.Embed.Caption, address))), target(address))
	case b.Divider != nil:
		return "---"
	}
	return ""
}

func markdownImage(image *content.ImageBlock, media Media) string {
	m, ok := shown(image, media)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("![%s](%s)", oneLine(markdownText(m.Alt)), target(m.source()))
	if m.Caption != "" {
		text += "\n\n" + emphasis(m.Caption)
	}
	return text
}

// emphasis is a text in italics, line by line: emphasis ends with its paragraph.
func emphasis(s string) string {
	var rows []string
	for _, row := range strings.Split(strings.TrimSpace(s), "\n") {
		if row = strings.TrimSpace(row); row != "" {
			rows = append(rows, "*"+markdownText(row)+"*")
		}
	}
	return strings.Join(rows, "\\\n")
}

func markdownItems(items []content.ListItem, ordered bool, indent string, depth int) string {
	var b strings.Builder
	for i, item := range items {
		marker := "- "
		if ordered {
			marker = fmt.Sprintf("%d. ", i+1)
		}
		inner := indent + strings.Repeat(" ", len(marker))
		text := either(strings.ReplaceAll(paragraph(item.Spans), "\n", "\n"+inner), "&#8203;")
		b.WriteString(indent + marker + text + "\n")
		if depth >= maxNesting {
			inner = indent
		}
		b.WriteString(markdownItems(item.Items, ordered, inner, min(depth+1, maxNesting)))
	}
	return b.String()
}

func markdownTable(t *content.TableBlock) string {
	columns := 0
	for _, row := range t.Rows {
		columns = max(columns, len(row.Cells))
	}
	if columns == 0 {
		return ""
	}
	var b strings.Builder
	if t.Caption != "" {
		b.WriteString(emphasis(t.Caption) + "\n\n")
	}
	write := func(row content.TableRow) {
		for i := range columns {
			text := ""
			if i < len(row.Cells) {
				text = oneLine(strings.ReplaceAll(markdownSpans(row.Cells[i].Spans), "\\\n", "<br>"))
				text = strings.ReplaceAll(strings.ReplaceAll(text, `\|`, "|"), "|", `\|`) // code has its own without a backslash
			}
			b.WriteString("| " + text + " ")
		}
		b.WriteString("|\n")
	}
	rows := t.Rows
	if t.Header {
		write(rows[0])
		rows = rows[1:]
	} else {
		write(content.TableRow{})
	}
	b.WriteString(strings.Repeat("| --- ", columns) + "|\n")
	for _, row := range rows {
		write(row)
	}
	return b.String()
}

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

// markdownSigns are the signs of the marks, in the order in which they nest.
var markdownSigns = []struct {
	mark       content.Mark
	begin, end string
}{
	{content.MarkBold, "<strong>", "</strong>"},
	{content.MarkItalic, "<em>", "</em>"},
	{content.MarkUnderline, "<u>", "</u>"},
	{content.MarkStrike, "~~", "~~"},
	{content.MarkSubscript, "<sub>", "</sub>"},
	{content.MarkSuperscript, "<sup>", "</sup>"},
}

// markdownSpans is running text as Markdown.
func markdownSpans(spans []content.Span) string {
	var b strings.Builder
	for _, s := range together(spans) {
		// Signs stand at the text, not at the white space around it.
		body := strings.TrimSpace(valid(s.Text))
		if body == "" {
			b.WriteString(strings.ReplaceAll(valid(s.Text), "\n", "\\\n"))
			continue
		}
		before, after, _ := strings.Cut(valid(s.Text), body)
		text := markdownText(body)
		if has(s.Marks, content.MarkCode) {
			text = codeSpan(body)
		}
		for i := len(markdownSigns) - 1; i >= 0; i-- {
			if sign := markdownSigns[i]; has(s.Marks, sign.mark) {
				text = sign.begin + text + sign.end
			}
		}
		if len(s.Marks) == 1 && wordlike(body) {
			// Stars do where letters stand on their inner sides; else what is around decides.
			switch s.Marks[0] {
			case content.MarkBold:
				text = "**" + markdownText(body) + "**"
			case content.MarkItalic:
				text = "*" + markdownText(body) + "*"
			}
		}
		if address := link(s.Link); address != "" {
			text = "[" + text + "](" + target(address) + ")"
		}
		b.WriteString(strings.ReplaceAll(before, "\n", "\\\n") + text + strings.ReplaceAll(after, "\n", "\\\n"))
	}
	return b.String()
}

// together puts neighbours that look alike together: two runs of code that touch would be read as something else.
func together(spans []content.Span) (all []content.Span) {
	for _, s := range spans {
		if last := len(all) - 1; last >= 0 && all[last].Link == s.Link && slices.Equal(all[last].Marks, s.Marks) {
			all[last].Text += s.Text
		} else {
			all = append(all, s)
		}
	}
	return all
}

// wordlike tells whether a text begins and ends with a letter or a digit.
func wordlike(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	in := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return in(first) && in(last)
}

// codeSpan puts a text between more backticks than it has in a row.
func codeSpan(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	s = oneLine(s)
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

// oneLine puts a text on one line, for places where a line ends the block.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\\\n", " ")), " ")
}

// target is an address as a link's target, in which brackets and blanks are written out.
func target(address string) string {
	return strings.NewReplacer("(", "%28", ")", "%29", " ", "%20", "<", "%3C", ">", "%3E", "\\", "%5C").Replace(address)
}
