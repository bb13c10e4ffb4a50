// Package richtext turns the blocks of a body into other forms.
package richtext

import (
	"html"
	"strings"

	"sen/internal/content"
)

// Medium is a medium as it is shown in one language.
type Medium struct {
	URL, Alt, Caption, Credit, Title, MimeType string
	Width, Height                              int
	Bytes                                      int64
}

// HTML is the blocks as HTML.
func HTML(blocks []content.Block, _ func(content.ID) (Medium, bool)) string {
	var b strings.Builder
	for _, block := range blocks {
		if block.Paragraph != nil {
			b.WriteString("<p>" + html.EscapeString(plain(block.Paragraph.Spans)) + "</p>")
		}
	}
	return b.String()
}

// Markdown is the blocks as Markdown.
func Markdown(blocks []content.Block, _ func(content.ID) (Medium, bool)) string { return Text(blocks) }

// Text is the blocks as plain text.
func Text(blocks []content.Block) string {
	var parts []string
	for _, block := range blocks {
		if block.Paragraph != nil {
			parts = append(parts, plain(block.Paragraph.Spans))
		}
	}
	return strings.Join(parts, "\n\n")
}

func plain(spans content.Spans) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

// ReadingMinutes is a placeholder.
func ReadingMinutes(text string) int { return (len(strings.Fields(text)) + 199) / 200 }
