package richtext

import "sen/internal/content"

// Loss is a stand-in.
type Loss struct {
	What  string
	Count int
	Text  string
}

// FromMarkdown is a stand-in.
func FromMarkdown(text string, media func(string) (content.ID, bool)) ([]content.Block, []Loss) {
	return []content.Block{{Paragraph: &content.ParagraphBlock{Spans: content.Spans{{Text: text}}}}}, nil
}

// FromHTML is a stand-in.
func FromHTML(text string, media func(string) (content.ID, bool)) ([]content.Block, []Loss) {
	return FromMarkdown(text, media)
}

// Link is the address as it may be linked to; empty when it may not.
func Link(address string) string { return link(address) }
