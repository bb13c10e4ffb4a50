package richtext

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	rawhtml "github.com/yuin/goldmark/renderer/html"

	"sen/internal/content"
)

// FromMarkdown reads CommonMark with the tables and the strikethrough of GitHub Flavored Markdown, and with HTML in
// it, as blocks. It reads what [Markdown] writes and what people write. The rules of [FromHTML] apply. In addition, a
// line all in italics is the caption of the picture before it or of the table after it. A part with far more special
// characters than people write, such as a quotation nested a thousand times, is read as plain text; the loss is named
// "markdown".
func FromMarkdown(text string, media func(address string) (content.ID, bool)) ([]content.Block, []Loss) {
	tamed, wild := limitCost(valid(text))
	var out bytes.Buffer
	if err := markdown().Convert([]byte(tamed), &out); err != nil { // writing to a buffer does not fail
		return FromHTML(text, media)
	}
	r := newReader(media)
	r.markdown = true
	blocks, losses := r.read(out.String())
	if wild.Count > 0 {
		losses = append(losses, wild)
		sortLosses(losses)
	}
	return blocks, losses
}

// markdown converts Markdown to HTML. It lets HTML through, because FromHTML removes what can run code.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough),
		goldmark.WithRendererOptions(rawhtml.WithUnsafe()))
})

// Limits of a part, which is the text between empty lines. The time of the parser grows as the square of these
// numbers.
const (
	maxSpecialChars = 2000   // special characters in the part
	maxNestedStarts = 40     // nested block starts at the beginning of a line
	maxTableCells   = 20_000 // the number of lines times the number of columns of the widest line
)

var (
	parts = regexp.MustCompile(`\n[ \t\r]*\n`)
	// Markdown characters in such a part have no meaning
	writtenHTML = regexp.MustCompile(`^<(?:p|h[2-4]|figure|ul|ol|blockquote|table)[ >]`)
	blockStarts = regexp.MustCompile(`^(?:[ \t]*(?:>|(?:[*+-]|\d{1,9}[.)])[ \t])){` + strconv.Itoa(maxNestedStarts) + `}`)
)

// limitCost escapes the parts of a Markdown text that exceed the limits.
func limitCost(text string) (string, Loss) {
	loss := Loss{What: "markdown"}
	var b strings.Builder
	b.Grow(len(text))
	from := 0
	for _, gap := range append(parts.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		part := text[from:gap[0]]
		if !writtenHTML.MatchString(part) && exceedsLimits(part) {
			loss.Count++
			loss.setText(part)
			part = paragraph([]content.Span{{Text: part}})
		}
		b.WriteString(part)
		b.WriteString(text[gap[0]:gap[1]])
		from = gap[1]
	}
	return b.String(), loss
}

// exceedsLimits reports whether a part exceeds the limits.
func exceedsLimits(part string) bool {
	signs, lines, columns := 0, 0, 0
	for line := range strings.Lines(part) {
		lines++
		columns = max(columns, strings.Count(line, "|"))
		for _, c := range []byte(line) {
			if strings.IndexByte("*_~[]<!`", c) >= 0 {
				signs++
			}
		}
		if blockStarts.MatchString(line) {
			return true
		}
	}
	return signs > maxSpecialChars || lines*columns > maxTableCells
}

// withCaptions turns paragraphs in italics next to a picture or a table into captions.
func (r *reader) withCaptions(blocks []content.Block) []content.Block {
	kept := blocks[:0]
	for i, b := range blocks {
		caption := italics(b)
		switch {
		case caption == "" || r.only[b.Paragraph]:
		case len(kept) > 0 && kept[len(kept)-1].Image != nil && captioned(kept[len(kept)-1], caption):
			continue
		case i+1 < len(blocks) && blocks[i+1].Table != nil && captioned(blocks[i+1], caption):
			continue
		}
		kept = append(kept, b)
	}
	return kept
}

// italics returns the text of a paragraph that is all in italics, else "".
func italics(b content.Block) string {
	if b.Paragraph == nil {
		return ""
	}
	for _, s := range b.Paragraph.Spans {
		if s.Text != "\n" && (len(s.Marks) != 1 || s.Marks[0] != content.MarkItalic || s.Link != "") {
			return ""
		}
	}
	return strings.TrimSpace(plain(b.Paragraph.Spans))
}
