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

// FromMarkdown reads CommonMark, with the tables and the strikethrough of GitHub Flavored
// Markdown and with HTML in it, as blocks: what [Markdown] writes, and what people write.
// Besides what holds for [FromHTML], a line all in italics is the caption of the picture
// before it or of the table behind it. A part with more signs than people write, such as
// quotations in quotations by the thousand, is taken as plain text: the loss "markdown".
func FromMarkdown(text string, media func(address string) (content.ID, bool)) ([]content.Block, []Loss) {
	tamed, wild := tame(valid(text))
	var out bytes.Buffer
	if err := markdown().Convert([]byte(tamed), &out); err != nil { // a buffer takes all that is written
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

// markdown reads Markdown. It lets HTML through, for what follows is FromHTML.
var markdown = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough), goldmark.WithRendererOptions(rawhtml.WithUnsafe()))
})

// What the parser takes for a part, a text between empty lines, grows as the square of
// what these bound.
const (
	maxSigns   = 2000   // that may mean something in a line
	maxBlocks  = 40     // that begin one inside of another on a line
	maxGridded = 20_000 // lines times the columns of the widest
)

var (
	parts       = regexp.MustCompile(`\n[ \t\r]*\n`)
	writtenHTML = regexp.MustCompile(`^<(?:p|h[2-4]|figure|ul|ol|blockquote|table)[ >]`) // no sign in it means anything but HTML
	blockStarts = regexp.MustCompile(`^(?:[ \t]*(?:>|(?:[*+-]|\d{1,9}[.)])[ \t])){` + strconv.Itoa(maxBlocks) + `}`)
)

// tame is Markdown whose wild parts are escaped.
func tame(text string) (string, Loss) {
	loss := Loss{What: "markdown"}
	var b strings.Builder
	b.Grow(len(text))
	from := 0
	for _, gap := range append(parts.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
		part := text[from:gap[0]]
		if !writtenHTML.MatchString(part) && isWild(part) {
			loss.Count++
			loss.tell(part)
			part = paragraph([]content.Span{{Text: part}})
		}
		b.WriteString(part)
		b.WriteString(text[gap[0]:gap[1]])
		from = gap[1]
	}
	return b.String(), loss
}

// isWild tells whether a part has more signs than people write.
func isWild(part string) bool {
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
	return signs > maxSigns || lines*columns > maxGridded
}

// withCaptions makes captions of the paragraphs in italics that are ones.
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

// italics is the text of a paragraph that is all in italics.
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
