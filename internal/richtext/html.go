package richtext

import (
	"cmp"
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

// HTML returns the blocks as HTML that is safe to insert into a page. All text is escaped when it is written; the
// sanitizer is a second line of defence. Paragraphs without marks and links, the most frequent blocks, skip the
// sanitizer, because it would not change them: see FuzzHTML.
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

// isText reports whether a block is a paragraph without marks and links.
func isText(b content.Block) bool {
	return b.Paragraph != nil &&
		!slices.ContainsFunc(b.Paragraph.Spans, func(s content.Span) bool { return s.Link != "" || len(s.Marks) > 0 })
}

// policy allows exactly the elements and attributes that htmlWriter writes.
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
	p.AllowComments() // see emptyComment
	return p
})

// sourceSets matches a srcset: HTTP addresses with widths.
var sourceSets = regexp.MustCompile(`^(https?://[^\s,]+ [0-9]+w(, |$))+$`)

// htmlWriter writes blocks as HTML.
type htmlWriter struct {
	strings.Builder
	media Media
	ids   map[string]bool // ids of headings that are in use
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

// id returns an id for a heading, made from its text and unique in the body.
func (w *htmlWriter) id(text string) string {
	base := cmp.Or(content.Slug(text), "h")
	id := base
	for n := 2; w.ids[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	w.ids[id] = true
	return id
}

func (w *htmlWriter) image(image *content.ImageBlock) {
	m, ok := imageMedium(image, w.media)
	if !ok {
		return
	}
	w.printf("<figure><img src=\"%s\" alt=\"%s\" loading=\"lazy\" decoding=\"async\"", escape(m.source()),
		strings.ReplaceAll(escape(m.Alt), "\n", "&#10;"))
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

// pageColumn is the value of the attribute "sizes", the width at which a picture is displayed: the width of the
// window, at most that of a column of text. A page with another column width sets the attribute itself.
const pageColumn = "(min-width: 50rem) 50rem, 100vw"

// sourceSet returns a srcset with the sizes of a picture, or "" if there is only one (HTML, "srcset attributes").
// Commas and spaces separate its parts; an address that [url.URL] wrote contains neither.
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
		inner.WriteString(emptyComment)
	}
	w.printf("<figure>\n%s", inner.String())
	w.caption("figcaption", g.Caption)
	w.WriteString("</figure>\n")
}

// caption writes a caption, unless it is empty.
func (w *htmlWriter) caption(element, text string) {
	if text != "" {
		w.printf("<%s>%s</%s>", element, plainHTML(text), element)
	}
}

// paragraph writes a paragraph. only is set if it must not be read as another kind of block.
func (w *htmlWriter) paragraph(spans content.Spans, only bool) {
	text := w.spans(spans, true)
	if only && !strings.HasSuffix(text, emptyComment) {
		text += emptyComment
	}
	w.printf("<p>%s</p>\n", text)
}

func (w *htmlWriter) quote(q *content.QuoteBlock) {
	w.printf("<blockquote><p>%s</p>", w.spans(q.Spans, true))
	if by := plainHTML(q.Attribution); by != "" {
		if strings.IndexAny(by, "—―–") == 0 {
			by = emptyComment + by
		}
		w.printf("<footer><cite>%s</cite></footer>", by)
	}
	w.WriteString("</blockquote>\n")
}

// embed writes a link to content on another site. Without a caption the link text is the address.
func (w *htmlWriter) embed(e *content.EmbedBlock) {
	address := link(string(e.URL))
	if address == "" {
		return
	}
	words := plainHTML(cmp.Or(e.Caption, address))
	if e.Caption == address {
		words = emptyComment + words
	}
	w.printf("<figure data-embed=\"%s\"><a href=\"%s\" rel=\"noopener noreferrer\">%s</a></figure>\n", escape(e.Provider),
		escape(address), words)
}

func (w *htmlWriter) list(items []content.ListItem, ordered bool, depth int) {
	element := "ul"
	if ordered {
		element = "ol"
	}
	w.printf("<%s>", element)
	if len(items) == 0 {
		w.WriteString(emptyComment)
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
			w.WriteString(emptyComment)
		}
		w.WriteString("</thead>")
	} else if len(rows) == 0 {
		w.WriteString(emptyComment)
	}
	w.WriteString("<tbody>")
	for _, row := range rows {
		w.row(row, "td", "td", false)
	}
	w.WriteString("</tbody></table>\n")
}

// row writes a row of cells. keep is set if the row must be kept although it shows nothing.
func (w *htmlWriter) row(row content.TableRow, start, end string, keep bool) {
	w.WriteString("<tr>")
	if len(row.Cells) == 0 {
		w.WriteString(emptyComment)
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
	w.printf("<p><a href=\"%s\" download=\"\">%s</a> (%s)</p>\n", escape(link(m.URL)),
		plainHTML(cmp.Or(f.Caption, m.Title, "…")), escape(fileNote(m)))
}

// fileNote describes a download: "application/pdf, 1.4 MB".
func fileNote(m Medium) string {
	mimeType, _, _ := strings.Cut(m.MimeType, ";")
	return strings.TrimPrefix(mimeType+", "+size(m.Bytes), ", ")
}

// markElements lists the HTML elements of the marks, the outermost first.
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

// spans returns running text as HTML. keepEmpty is set if an empty text must be read as an empty text.
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
