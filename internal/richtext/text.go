package richtext

import (
	"cmp"
	"strings"

	"sen/internal/content"
)

// Text returns the blocks as plain text, for excerpts, search and word counts. Empty lines separate blocks, items of
// lists begin with a dash, tabs separate cells. For a picture it has the caption of the block, not that of the
// medium.
func Text(blocks []content.Block) string {
	var parts []string
	for _, b := range blocks {
		if text := strings.TrimSpace(blockText(b)); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n")
}

func blockText(b content.Block) string {
	switch {
	case b.Paragraph != nil:
		return plain(b.Paragraph.Spans)
	case b.Heading != nil:
		return plain(b.Heading.Spans)
	case b.Image != nil:
		return valid(b.Image.Caption)
	case b.Gallery != nil:
		var captions []string
		for _, image := range b.Gallery.Images {
			if image.Caption != "" {
				captions = append(captions, valid(image.Caption))
			}
		}
		return strings.Join(append(captions, valid(b.Gallery.Caption)), "\n")
	case b.List != nil:
		return strings.Join(itemsText(b.List.Items, 0), "\n")
	case b.Quote != nil:
		return strings.TrimSpace(plain(b.Quote.Spans) + "\n" + valid(b.Quote.Attribution))
	case b.Table != nil:
		rows := []string{}
		if b.Table.Caption != "" {
			rows = append(rows, valid(b.Table.Caption))
		}
		for _, row := range b.Table.Rows {
			var cells []string
			for _, cell := range row.Cells {
				cells = append(cells, strings.ReplaceAll(plain(cell.Spans), "\n", " "))
			}
			rows = append(rows, strings.Join(cells, "\t"))
		}
		return strings.Join(rows, "\n")
	case b.File != nil:
		return valid(b.File.Caption)
	case b.Embed != nil:
		return valid(cmp.Or(b.Embed.Caption, link(string(b.Embed.URL))))
	}
	return ""
}

func itemsText(items []content.ListItem, depth int) []string {
	var rows []string
	for _, item := range items {
		rows = append(rows,
			strings.Repeat("  ", min(depth, MaxNesting))+"– "+strings.ReplaceAll(plain(item.Spans), "\n", " "))
		rows = append(rows, itemsText(item.Items, depth+1)...)
	}
	return rows
}

// plain returns running text without its marks.
func plain(spans []content.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(valid(s.Text))
	}
	return b.String()
}

// wordsPerMinute is the speed of silent reading: 238 words a minute in English on average (Brysbaert, "How many words
// do we read per minute?", Journal of Memory and Language 109, 2019), reduced to 200 for reading on a screen.
const wordsPerMinute = 200

// ReadingMinutes returns the time to read a text in whole minutes, rounded up; 0 for an empty text. White space
// separates words. In Vietnamese these are syllables; a sentence has about as many syllables as its English
// translation has words.
func ReadingMinutes(text string) int {
	return (len(strings.Fields(text)) + wordsPerMinute - 1) / wordsPerMinute
}
