package richtext

import (
	"cmp"
	"html"
	"regexp"
	"strings"
	"unicode"

	"sen/internal/content"
)

// emptyComment is an empty comment, which a browser does not show. The writers of HTML and Markdown insert it where the
// text would otherwise be read as something else, so that reading what they wrote gives the same blocks:
//   - before white space that HTML would collapse, and after white space at the end of a line;
//   - in an element that must be kept although it shows nothing, such as an empty paragraph;
//   - after the only link of a paragraph that would be read as a document or an embed, and
//     after a paragraph in italics that Markdown would read as a caption.
const emptyComment = "<!-- -->"

// flow writes running text as HTML and preserves its white space.
type flow struct {
	last  rune // the last character; 0 at the beginning
	shows bool // a character that is not white space was written
	kept  bool // a comment was written
}

// hasCollapsibleSpace reports whether a text may have white space inside that HTML collapses.
func hasCollapsibleSpace(s string) bool {
	return strings.ContainsAny(s, "\n\t") || strings.Contains(s, "  ")
}

// escape returns the next part of the text as HTML.
func (f *flow) escape(text string) string {
	text = valid(text)
	if text == "" {
		return ""
	}
	if text[0] != ' ' && !hasCollapsibleSpace(text) && f.last != ' ' {
		f.last, f.shows = rune(text[len(text)-1]), f.shows || visible(text)
		return html.EscapeString(text)
	}
	var b strings.Builder
	for _, r := range text {
		begins := f.last == 0 || f.last == ' ' || f.last == '\t'
		if r == '\t' || r == ' ' && (begins || f.last == '\n') || r == '\n' && begins {
			b.WriteString(emptyComment)
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

// end returns the comment that is needed at the end of the text, or "". It keeps a text that shows nothing, and an
// empty text if keepEmpty is set.
func (f *flow) end(keepEmpty bool) string {
	switch {
	case f.last == ' ' || f.last == '\n' || f.last == '\t':
		return emptyComment
	case !f.shows && !f.kept && (f.last != 0 || keepEmpty):
		return emptyComment
	}
	return ""
}

// plainHTML returns a plain text, such as a caption, as HTML.
func plainHTML(text string) string {
	f := &flow{}
	inner := f.escape(text)
	inner += f.end(false)
	if !f.kept && text != strings.TrimSpace(text) {
		return emptyComment + inner
	}
	return inner
}

func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsSpace(r) })
}

// Spans returns running text in its stored form. Neighbours with the same marks and link are one span, marks are in
// the order of the schema and without duplicates, addresses are encoded as in HTML, and empty spans are removed. The
// result is never nil.
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
		runs = append(runs, run{[]byte(valid(s.Text)), m, cmp.Or(link(s.Link), s.Link)})
	}
	return joinRuns(runs)
}

// fileNotes matches the note that HTML and Markdown have after the link of a document; see fileNote.
var fileNotes = regexp.MustCompile(`^ \((?:[a-zA-Z0-9.+-]+/[a-zA-Z0-9.+-]+, )?[0-9.]+ (?:B|kB|MB)\)$`)

// singleLink returns the link of a paragraph that has nothing but one link without marks, and perhaps the note of a
// file after it.
func singleLink(spans content.Spans) (address, text string, ok bool) {
	if n := len(spans); n == 2 && spans[1].Link == "" && len(spans[1].Marks) == 0 && fileNotes.MatchString(spans[1].Text) {
		spans = spans[:1]
	}
	if len(spans) != 1 || spans[0].Link == "" || len(spans[0].Marks) > 0 {
		return "", "", false
	}
	return spans[0].Link, spans[0].Text, true
}

// special reports whether a paragraph would be read as a document or an embed if no comment were written after it.
func special(spans content.Spans) bool {
	address, _, ok := singleLink(spans)
	return ok && (strings.Contains(address, "/media/") || isKnownProvider(address))
}

// providers matches addresses of films and sound that pages embed. Subdomains of the hosts match too.
var providers = regexp.MustCompile(`^https?://(?:[a-z0-9-]+\.)*` +
	`(?:youtube\.com|youtube-nocookie\.com|youtu\.be|vimeo\.com|dailymotion\.com|dai\.ly|tiktok\.com|soundcloud\.com|open\.spotify\.com)/.`)

// isKnownProvider reports whether an address is on the list of known providers.
func isKnownProvider(address string) bool { return providers.MatchString(address) }

// asWritten returns the block that results from writing and reading a block: in its stored form, and with the texts of
// its media where it has none of its own.
func asWritten(b content.Block, media Media) content.Block {
	switch {
	case b.Paragraph != nil:
		return content.Block{Paragraph: &content.ParagraphBlock{Spans: Spans(b.Paragraph.Spans)}}
	case b.Heading != nil:
		return content.Block{Heading: &content.HeadingBlock{Level: heading(b.Heading.Level), Spans: Spans(b.Heading.Spans)}}
	case b.Image != nil:
		return content.Block{Image: imageAsWritten(b.Image, media)}
	case b.Gallery != nil:
		g := &content.GalleryBlock{Images: []*content.ImageBlock{}, Caption: b.Gallery.Caption}
		for _, image := range b.Gallery.Images {
			if _, ok := imageMedium(image, media); ok {
				g.Images = append(g.Images, imageAsWritten(image, media))
			}
		}
		return content.Block{Gallery: g}
	case b.List != nil:
		items := itemsAsWritten(b.List.Items)
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
		return content.Block{File: &content.FileBlock{
			MediaID: b.File.MediaID,
			Caption: cmp.Or(b.File.Caption, m.Title),
		}}
	case b.Embed != nil:
		e := *b.Embed
		e.URL = content.URL(link(string(e.URL)))
		return content.Block{Embed: &e}
	}
	return b
}

func imageAsWritten(image *content.ImageBlock, media Media) *content.ImageBlock {
	m, _ := imageMedium(image, media)
	return &content.ImageBlock{MediaID: image.MediaID, Caption: m.Caption, Alt: m.Alt}
}

func itemsAsWritten(items []content.ListItem) (all []content.ListItem) {
	for _, item := range items {
		all = append(all, content.ListItem{Spans: Spans(item.Spans), Items: itemsAsWritten(item.Items)})
	}
	return all
}
