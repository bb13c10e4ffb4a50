package richtext

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"

	"sen/internal/content"
)

// HTML is the blocks as HTML that can be put into a page as it is. Everything is
// escaped where it is written; the policy behind it is a second wall. Paragraphs with nothing
// but text, most of what there is, have nothing in them that the wall could stop: see FuzzHTML.
func HTML(blocks []content.Block, media func(content.ID) (Medium, bool)) string {
	w := &htmlWriter{media: media, ids: map[string]bool{}}
	var all strings.Builder
	for _, b := range blocks {
		w.Reset()
		if w.block(b); isText(b) {
			all.WriteString(w.String())
		} else {
			all.WriteString(policy().Sanitize(w.String()))
		}
	}
	return all.String()
}

// isText tells whether a block is a paragraph without marks and links.
func isText(b content.Block) bool {
	return b.Paragraph != nil && !slices.ContainsFunc(b.Paragraph.Spans, func(s content.Span) bool { return s.Link != "" || len(s.Marks) > 0 })
}

// policy lets through what htmlWriter writes, and nothing else.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "figure", "figcaption", "ul", "ol", "li", "blockquote", "cite", "footer",
		"table", "caption", "thead", "tbody", "tr", "td", "strong", "em", "u", "s", "code", "sub", "sup")
	p.AllowAttrs("id").OnElements("h2", "h3", "h4")
	p.AllowAttrs("scope").OnElements("th")
	p.AllowAttrs("src", "alt", "loading", "decoding", "width", "height").OnElements("img")
	p.AllowAttrs("srcset").Matching(sourceSets).OnElements("img")
	p.AllowAttrs("sizes").Matching(regexp.MustCompile("^" + regexp.QuoteMeta(pageColumn) + "$")).OnElements("img")
	p.AllowAttrs("href", "rel", "type", "download").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.AllowAttrs("data-embed").OnElements("figure")
	p.AllowComments() // see literal
	return p
})

// sourceSets matches addresses over HTTP with the widths of their pictures.
var sourceSets = regexp.MustCompile(`^(https?://[^\s,]+ [0-9]+w(, |$))+$`)

// htmlWriter writes HTML.
type htmlWriter struct {
	strings.Builder
	media Media
	ids   map[string]bool // of headings
}

func (w *htmlWriter) printf(format string, args ...any) { fmt.Fprintf(&w.Builder, format, args...) }

func escape(s string) string { return html.EscapeString(valid(s)) }

func (w *htmlWriter) block(b content.Block) {
	switch {
	case b.Paragraph != nil:
		w.paragraph(b.Paragraph.Spans, special(Spans(b.Paragraph.Spans)))
	case b.Heading != nil:
		level := heading(b.Heading.Level)
		w.printf("<h%d id=\"%s\">%s</h%d>\n", level, w.id(plain(b.Heading.Spans)), w.spans(b.Heading.Spans, true), level)
	case b.Image != nil:
		w.image(b.Image)
	case b.Gallery != nil:
		w.gallery(b.Gallery)
	case b.List != nil:
		w.list(b.List.Items, b.List.Ordered, 1)
		w.WriteByte('\n')
	case b.Quote != nil:
		w.quote(b.Quote)
	case b.Table != nil:
		w.table(b.Table)
	case b.File != nil:
		w.file(b.File)
	case b.Embed != nil:
		w.embed(b.Embed)
	case b.Divider != nil:
		w.WriteString("<hr>\n")
	}
}

// id makes the id of a heading from its text, unique in the body.
func (w *htmlWriter) id(text string) string {
	base := either(content.Slug(text), "h")
	id := base
	for n := 2; w.ids[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	w.ids[id] = true
	return id
}

func (w *htmlWriter) image(image *content.ImageBlock) {
	m, ok := shown(image, w.media)
	if !ok {
		return
	}
	w.printf("<figure><img src=\"%s\" alt=\"%s\" loading=\"lazy\" decoding=\"async\"", escape(m.source()), strings.ReplaceAll(escape(m.Alt), "\n", "&#10;"))
	if set := sourceSet(m.Sizes); set != "" {
		w.printf(" srcset=\"%s\" sizes=\"%s\"", escape(set), pageColumn)
	}
	if m.Width > 0 && m.Height > 0 {
		w.printf(" width=\"%d\" height=\"%d\"", m.Width, m.Height)
	}
	w.WriteString(">")
	w.caption("figcaption", m.Caption)
	w.WriteString("</figure>\n")
}

// pageColumn is how wide a picture is laid out: as the window, or as a column of text where that is narrower. A page whose
// column is another one sets the attribute itself.
const pageColumn = "(min-width: 50rem) 50rem, 100vw"

// sourceSet writes the sizes of a picture for a browser to choose from (HTML, "srcset attributes"); empty for one alone.
// Commas and blanks, which part them, can't stand in an address that was written by [url.URL].
func sourceSet(sizes []Source) string {
	var set []string
	for _, s := range sizes {
		address := link(s.URL)
		if address == "" || strings.ContainsAny(address, ", ") {
			return ""
		}
		set = append(set, address+" "+strconv.Itoa(s.Width)+"w")
	}
	if len(set) < 2 {
		return ""
	}
	return strings.Join(set, ", ")
}

func (w *htmlWriter) gallery(g *content.GalleryBlock) {
	inner := &htmlWriter{media: w.media}
	for _, image := range g.Images {
		inner.image(image)
	}
	if inner.Len() == 0 {
		if len(g.Images) > 0 {
			return
		}
		inner.WriteString(literal)
	}
	w.printf("<figure>\n%s", inner.String())
	w.caption("figcaption", g.Caption)
	w.WriteString("</figure>\n")
}

// caption writes a caption, unless there is none.
func (w *htmlWriter) caption(element, text string) {
	if text != "" {
		w.printf("<%s>%s</%s>", element, plainHTML(text), element)
	}
}

// paragraph writes a paragraph; only tells that it is to be read as nothing else.
func (w *htmlWriter) paragraph(spans content.Spans, only bool) {
	text := w.spans(spans, true)
	if only && !strings.HasSuffix(text, literal) {
		text += literal
	}
	w.printf("<p>%s</p>\n", text)
}

func (w *htmlWriter) quote(q *content.QuoteBlock) {
	w.printf("<blockquote><p>%s</p>", w.spans(q.Spans, true))
	if by := plainHTML(q.Attribution); by != "" {
		if strings.IndexAny(by, "—―–") == 0 {
			by = literal + by
		}
		w.printf("<footer><cite>%s</cite></footer>", by)
	}
	w.WriteString("</blockquote>\n")
}

// embed writes a link to what is shown from another site. Without a caption its words are the address.
func (w *htmlWriter) embed(e *content.EmbedBlock) {
	address := link(string(e.URL))
	if address == "" {
		return
	}
	words := plainHTML(either(e.Caption, address))
	if e.Caption == address {
		words = literal + words
	}
	w.printf("<figure data-embed=\"%s\"><a href=\"%s\" rel=\"noopener noreferrer\">%s</a></figure>\n", escape(e.Provider), escape(address), words)
}

func (w *htmlWriter) list(items []content.ListItem, ordered bool, depth int) {
	element := "ul"
	if ordered {
		element = "ol"
	}
	w.printf("<%s>", element)
	if len(items) == 0 {
		w.WriteString(literal)
	}
	w.items(items, ordered, depth)
	w.printf("</%s>", element)
}

func (w *htmlWriter) items(items []content.ListItem, ordered bool, depth int) {
	for _, item := range items {
		w.printf("<li>%s", w.spans(item.Spans, true))
		if len(item.Items) > 0 && depth < MaxNesting {
			w.list(item.Items, ordered, depth+1)
		}
		w.WriteString("</li>")
		if depth >= MaxNesting {
			w.items(item.Items, ordered, depth)
		}
	}
}

func (w *htmlWriter) table(t *content.TableBlock) {
	w.WriteString("<table>")
	w.caption("caption", t.Caption)
	rows := t.Rows
	if t.Header {
		w.WriteString("<thead>")
		if len(rows) > 0 {
			blank := !slices.ContainsFunc(rows[0].Cells, func(c content.TableCell) bool { return visible(plain(c.Spans)) })
			w.row(rows[0], "th scope=\"col\"", "th", blank)
			rows = rows[1:]
		} else {
			w.WriteString(literal)
		}
		w.WriteString("</thead>")
	} else if len(rows) == 0 {
		w.WriteString(literal)
	}
	w.WriteString("<tbody>")
	for _, row := range rows {
		w.row(row, "td", "td", false)
	}
	w.WriteString("</tbody></table>\n")
}

// row writes a row of cells; keep tells that it is to be kept although it shows nothing.
func (w *htmlWriter) row(row content.TableRow, start, end string, keep bool) {
	w.WriteString("<tr>")
	if len(row.Cells) == 0 {
		w.WriteString(literal)
	}
	for _, cell := range row.Cells {
		w.printf("<%s>%s</%s>", start, w.spans(cell.Spans, keep), end)
	}
	w.WriteString("</tr>")
}

func (w *htmlWriter) file(f *content.FileBlock) {
	m, ok := w.media(f.MediaID)
	if !ok || link(m.URL) == "" {
		return
	}
	w.printf("<p><a href=\"%s\" download=\"\">%s</a> (%s)</p>\n", escape(link(m.URL)), plainHTML(either(f.Caption, m.Title, "…")), escape(fileNote(m)))
}

// fileNote tells what is downloaded: "application/pdf, 1.4 MB".
func fileNote(m Medium) string {
	mimeType, _, _ := strings.Cut(m.MimeType, ";")
	return strings.TrimPrefix(mimeType+", "+size(m.Bytes), ", ")
}

// markElements are the elements of the marks, in the order in which they nest.
var markElements = []struct {
	mark    content.Mark
	element string
}{
	{content.MarkBold, "strong"},
	{content.MarkItalic, "em"},
	{content.MarkUnderline, "u"},
	{content.MarkStrike, "s"},
	{content.MarkSubscript, "sub"},
	{content.MarkSuperscript, "sup"},
	{content.MarkCode, "code"},
}

// spans is running text as HTML; keepEmpty tells that one without text is to be read as such.
func (w *htmlWriter) spans(spans []content.Span, keepEmpty bool) string {
	var b strings.Builder
	f := &flow{}
	for _, s := range spans {
		text := f.escape(s.Text)
		if text == "" {
			continue
		}
		for i := len(markElements) - 1; i >= 0; i-- {
			if has(s.Marks, markElements[i].mark) {
				text = "<" + markElements[i].element + ">" + text + "</" + markElements[i].element + ">"
			}
		}
		if address := link(s.Link); address != "" {
			rel := ""
			if strings.HasPrefix(address, "http") {
				rel = ` rel="noopener noreferrer"`
			}
			text = `<a href="` + escape(address) + `"` + rel + ">" + text + "</a>"
		}
		b.WriteString(text)
	}
	b.WriteString(f.end(keepEmpty))
	return b.String()
}

func has(marks []content.Mark, mark content.Mark) bool {
	for _, m := range marks {
		if m == mark {
			return true
		}
	}
	return false
}
