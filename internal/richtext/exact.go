package richtext

import (
	"html"
	"regexp"
	"strings"
	"unicode"

	"sen/internal/content"
)

// HTML and Markdown that are read again give the blocks that they were written from. What
// would be read otherwise is written with an empty comment, which a browser does not show:
//   - before white space that HTML would collapse, and behind white space at the end of a line;
//   - in an element that is kept although it shows nothing, such as an empty paragraph;
//   - behind the only link of a paragraph that would be read as a document or an embed, and
//     behind a paragraph in italics that Markdown would take for a caption.
const literal = "<!-- -->"

// flow writes running text as HTML with its white space as it is.
type flow struct {
	last  rune // 0 at the beginning
	shows bool // something other than white space was written
	kept  bool // there is a comment
}

// oddSpace tells whether a text may have white space that collapses inside of it.
func oddSpace(s string) bool { return strings.ContainsAny(s, "\n\t") || strings.Contains(s, "  ") }

// escape writes the next part of the text.
func (f *flow) escape(text string) string {
	text = valid(text)
	if text == "" {
		return ""
	}
	if text[0] != ' ' && !oddSpace(text) && f.last != ' ' {
		f.last, f.shows = rune(text[len(text)-1]), f.shows || visible(text)
		return html.EscapeString(text)
	}
	var b strings.Builder
	for _, r := range text {
		begins := f.last == 0 || f.last == ' ' || f.last == '\t'
		if r == '\t' || r == ' ' && (begins || f.last == '\n') || r == '\n' && begins {
			b.WriteString(literal)
			f.kept = true
		}
		if r == '\n' {
			b.WriteString("<br>")
		} else {
			b.WriteString(html.EscapeString(string(r)))
		}
		f.last, f.shows = r, f.shows || !unicode.IsSpace(r)
	}
	return b.String()
}

// end closes the text. One that shows nothing is kept, an empty one where that is asked for.
func (f *flow) end(keepEmpty bool) string {
	switch {
	case f.last == ' ' || f.last == '\n' || f.last == '\t':
		return literal
	case !f.shows && !f.kept && (f.last != 0 || keepEmpty):
		return literal
	}
	return ""
}

// plainHTML is a plain text, such as a caption, as HTML.
func plainHTML(text string) string {
	f := &flow{}
	inner := f.escape(text)
	inner += f.end(false)
	if !f.kept && text != strings.TrimSpace(text) {
		return literal + inner
	}
	return inner
}

func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsSpace(r) })
}

// Spans is running text in the form in which it is kept: neighbours that look alike are one
// run, marks stand in the order of the schema and each once, an address is written as HTML
// has it, and runs without text are left out. It is never nil.
func Spans(spans content.Spans) content.Spans {
	var runs []run
	for _, s := range spans {
		if s.Text == "" {
			continue
		}
		var m marks
		for _, mark := range s.Marks {
			m |= bit(mark)
		}
		runs = append(runs, run{[]byte(valid(s.Text)), m, either(link(s.Link), s.Link)})
	}
	return joinRuns(runs)
}

// fileNotes matches what HTML and Markdown say of a document behind its link; see fileNote.
var fileNotes = regexp.MustCompile(`^ \((?:[a-zA-Z0-9.+-]+/[a-zA-Z0-9.+-]+, )?[0-9.]+ (?:B|kB|MB)\)$`)

// lone is the one link that a paragraph is made of, without marks and apart from a note on a file.
func lone(spans content.Spans) (address, text string, ok bool) {
	if n := len(spans); n == 2 && spans[1].Link == "" && len(spans[1].Marks) == 0 && fileNotes.MatchString(spans[1].Text) {
		spans = spans[:1]
	}
	if len(spans) != 1 || spans[0].Link == "" || len(spans[0].Marks) > 0 {
		return "", "", false
	}
	return spans[0].Link, spans[0].Text, true
}

// special tells whether a paragraph would be read as another block than a paragraph, but for a comment.
func special(spans content.Spans) bool {
	address, _, ok := lone(spans)
	return ok && (strings.Contains(address, "/media/") || provided(address))
}

// providers are hosts whose addresses show something that pages embed. What is below them counts too.
var providers = regexp.MustCompile(`^https?://(?:[a-z0-9-]+\.)*` +
	`(?:youtube\.com|youtube-nocookie\.com|youtu\.be|vimeo\.com|dailymotion\.com|dai\.ly|tiktok\.com|soundcloud\.com|open\.spotify\.com)/.`)

// provided tells whether an address is one of a known provider.
func provided(address string) bool { return providers.MatchString(address) }

// asRead is a block as its forms are read: in the form in which it is kept, and with the
// texts of its media where it has none of its own.
func asRead(b content.Block, media Media) content.Block {
	switch {
	case b.Paragraph != nil:
		return content.Block{Paragraph: &content.ParagraphBlock{Spans: Spans(b.Paragraph.Spans)}}
	case b.Heading != nil:
		return content.Block{Heading: &content.HeadingBlock{Level: heading(b.Heading.Level), Spans: Spans(b.Heading.Spans)}}
	case b.Image != nil:
		return content.Block{Image: imageAsRead(b.Image, media)}
	case b.Gallery != nil:
		g := &content.GalleryBlock{Images: []*content.ImageBlock{}, Caption: b.Gallery.Caption}
		for _, image := range b.Gallery.Images {
			if _, ok := shown(image, media); ok {
				g.Images = append(g.Images, imageAsRead(image, media))
			}
		}
		return content.Block{Gallery: g}
	case b.List != nil:
		items := itemsAsRead(b.List.Items)
		if items == nil {
			items = []content.ListItem{}
		}
		return content.Block{List: &content.ListBlock{Ordered: b.List.Ordered, Items: items}}
	case b.Quote != nil:
		return content.Block{Quote: &content.QuoteBlock{Spans: Spans(b.Quote.Spans), Attribution: b.Quote.Attribution}}
	case b.Table != nil:
		t := &content.TableBlock{Header: b.Table.Header, Caption: b.Table.Caption, Rows: []content.TableRow{}}
		for _, row := range b.Table.Rows {
			cells := []content.TableCell{}
			for _, cell := range row.Cells {
				cells = append(cells, content.TableCell{Spans: Spans(cell.Spans)})
			}
			t.Rows = append(t.Rows, content.TableRow{Cells: cells})
		}
		return content.Block{Table: t}
	case b.File != nil:
		m, _ := media(b.File.MediaID)
		return content.Block{File: &content.FileBlock{MediaID: b.File.MediaID, Caption: either(b.File.Caption, m.Title)}}
	case b.Embed != nil:
		e := *b.Embed
		e.URL = content.URL(link(string(e.URL)))
		return content.Block{Embed: &e}
	}
	return b
}

func imageAsRead(image *content.ImageBlock, media Media) *content.ImageBlock {
	m, _ := shown(image, media)
	return &content.ImageBlock{MediaID: image.MediaID, Caption: m.Caption, Alt: m.Alt}
}

func itemsAsRead(items []content.ListItem) (all []content.ListItem) {
	for _, item := range items {
		all = append(all, content.ListItem{Spans: Spans(item.Spans), Items: itemsAsRead(item.Items)})
	}
	return all
}
