package richtext

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"sen/internal/content"
)

// Markdown returns the blocks as CommonMark (spec.commonmark.org) with the tables and the strikethrough of GitHub
// Flavored Markdown. What Markdown can't express is inline HTML. A block that [FromMarkdown] could not read back
// unchanged is written as the line of HTML that [HTML] writes.
func Markdown(blocks []content.Block, media func(content.ID) (Medium, bool)) string {
	var b strings.Builder
	var before content.Block
	for i, block := range blocks {
		after := content.Block{}
		if i+1 < len(blocks) {
			after = blocks[i+1]
		}
		text := exactMarkdown(block, media, before.Image != nil || after.Table != nil)
		if text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n")
		}
		if l := before.List; l != nil && block.List != nil && l.Ordered == block.List.Ordered {
			b.WriteString(emptyComment + "\n\n") // otherwise they would be one list
		}
		b.WriteString(text + "\n")
		before = block
	}
	return b.String()
}

// exactMarkdown returns a block as Markdown that is read as the same block. besideCaptioned is set next to a picture or
// a table, where a paragraph in italics would be read as a caption.
func exactMarkdown(b content.Block, media Media, besideCaptioned bool) string {
	if b.Paragraph != nil && isSimple(b.Paragraph.Spans) {
		return b.Paragraph.Spans[0].Text
	}
	text := strings.Trim(markdownBlock(b, media), "\n")
	only := b.Paragraph != nil && (besideCaptioned && italics(b) != "" || special(Spans(b.Paragraph.Spans)))
	if only {
		text += emptyComment
	}
	if text != "" && readsAs(text, b, media) {
		return text
	}
	w := &htmlWriter{media: media, ids: map[string]bool{}}
	if only {
		w.paragraph(b.Paragraph.Spans, true)
	} else {
		w.block(b)
	}
	return strings.TrimSuffix(w.String(), "\n")
}

// isSimple reports whether a paragraph contains nothing that can have a meaning in Markdown.
func isSimple(spans content.Spans) bool {
	if len(spans) != 1 || len(spans[0].Marks) > 0 || spans[0].Link != "" {
		return false
	}
	text := spans[0].Text
	if first, _ := utf8.DecodeRuneInString(text); !unicode.IsLetter(first) || strings.HasSuffix(text, " ") ||
		strings.Contains(text, "  ") {
		return false
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(` .,;:?"'()/%-+–—“”‘’…`, r) {
			return false
		}
	}
	return true
}

// readsAs reports whether a Markdown text is read as the given block, without losses.
func readsAs(text string, b content.Block, media Media) bool {
	addresses := map[string]content.ID{}
	for _, id := range content.MediaIDs([]content.Block{b}) {
		if m, ok := media(id); ok {
			addresses[link(m.URL)] = id
		}
	}
	read, lost := FromMarkdown(text, func(address string) (content.ID, bool) {
		id, ok := addresses[link(address)]
		return id, ok
	})
	return len(read) == 1 && len(lost) == 0 && reflect.DeepEqual(read[0], asWritten(b, media))
}

func markdownBlock(b content.Block, media Media) string {
	switch {
	case b.Paragraph != nil:
		return paragraph(b.Paragraph.Spans)
	case b.Heading != nil:
		text := strings.ReplaceAll(markdownSpans(b.Heading.Spans), "\\\n", "<br>")
		return strings.Repeat("#", heading(b.Heading.Level)) + " " + text
	case b.Image != nil:
		return markdownImage(b.Image, media)
	case b.Gallery != nil:
		return markdownGallery(b.Gallery, media)
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
		return fmt.Sprintf("[%s](%s) (%s)", markdownText(cmp.Or(b.File.Caption, m.Title, "…")), target(link(m.URL)),
			markdownText(fileNote(m)))
	case b.Embed != nil:
		address := link(string(b.Embed.URL))
		if address == "" {
			return ""
		}
		text := fmt.Sprintf("[%s](%s)", markdownText(cmp.Or(b.Embed.Caption, address)), target(address))
		if b.Embed.Provider != "" || !isKnownProvider(address) {
			text = fmt.Sprintf("<figure data-embed=\"%s\">\n\n%s\n\n</figure>", escape(b.Embed.Provider), text)
		}
		return text
	case b.Divider != nil:
		return "---"
	}
	return ""
}

func markdownImage(image *content.ImageBlock, media Media) string {
	m, ok := imageMedium(image, media)
	if !ok {
		return ""
	}
	text := fmt.Sprintf("![%s](%s)", markdownText(m.Alt), target(m.source()))
	if m.Caption != "" {
		text += "\n\n" + emphasis(m.Caption)
	}
	return text
}

// markdownGallery returns a figure whose pictures are in Markdown.
func markdownGallery(g *content.GalleryBlock, media Media) string {
	parts := []string{"<figure>"}
	for _, image := range g.Images {
		if text := markdownImage(image, media); text != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 1 {
		return ""
	}
	if g.Caption != "" {
		parts = append(parts, "<figcaption>", markdownText(g.Caption), "</figcaption>")
	}
	return strings.Join(append(parts, "</figure>"), "\n\n")
}

// emphasis returns a text in italics. Each line has its own emphasis, because emphasis ends with the paragraph.
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
		text := strings.ReplaceAll(paragraph(item.Spans), "\n", "\n"+inner)
		b.WriteString(indent + marker + text + "\n")
		if depth >= MaxNesting {
			inner = indent
		}
		b.WriteString(markdownItems(item.Items, ordered, inner, min(depth+1, MaxNesting)))
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
				text = strings.ReplaceAll(markdownSpans(row.Cells[i].Spans), "\\\n", "<br>")
				text = strings.ReplaceAll(strings.ReplaceAll(text, `\|`, "|"), "|", `\|`) // in code a bar has no backslash yet
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
