package richtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"sen/internal/content"
)

// Loss is something of a text that its blocks do not have.
type Loss struct {
	// What names it: an element such as "script", "iframe" or "h1" (which became a heading
	// of another level), "image" for a picture that is no medium of the site, "link" for
	// an address that may not be linked to, "colour", "numbering", "form".
	What string
	// Count is how often it was met, at least 1.
	Count int
	// Text is the beginning of one of them, at most 80 signs; empty where there is none.
	Text string
}

// FromHTML reads HTML, a page's or a paste from a word processor, as blocks. Addresses of
// pictures are looked up by media; false drops the picture. It reads any text, keeps what
// people wrote and nothing that runs, and tells what was lost, by name. The time that it
// takes grows as the text does: it goes through the tags as they come and builds no tree,
// for a tree of misnested tags can be as large as the square of its text.
//
// A figure of a picture is an image, one of several a gallery. A paragraph that is a link to a
// medium, as media finds it, is a document, and one that is a link to a known provider of films
// or sound is an embed, unless an empty comment follows it; see literal.
func FromHTML(text string, media func(address string) (content.ID, bool)) ([]content.Block, []Loss) {
	return newReader(media).read(text)
}

func newReader(media func(address string) (content.ID, bool)) *reader {
	return &reader{media: media, losses: map[string]*Loss{}, only: map[*content.ParagraphBlock]bool{}}
}

func (r *reader) read(text string) ([]content.Block, []Loss) {
	z := html.NewTokenizer(strings.NewReader(valid(text)))
	for {
		switch kind := z.Next(); kind {
		case html.TextToken:
			r.write(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(string(name))
		case html.CommentToken:
			if string(z.Text()) == literal[4:len(literal)-3] && r.skipped == nil {
				r.keep()
			}
		case html.ErrorToken:
			return r.finish()
		}
	}
}

// reader makes blocks of the tags and texts of HTML, in their order.
type reader struct {
	media  func(address string) (content.ID, bool)
	losses map[string]*Loss
	blocks []content.Block
	// markdown tells that the HTML was made of Markdown, which has captions in italics.
	markdown bool
	only     map[*content.ParagraphBlock]bool // those that are no captions

	inline
	body    running // text that is in no list
	within  bool    // an element is open in which body is kept although it shows nothing
	heading int     // the level of the heading that is open, as written; 0 for none
	box     *box    // the list, table or quotation that is open; one inside of another is taken apart
	figures []figure
	deeper  int   // figures that are open below the deepest that counts
	note    *note // the caption that is open

	skipped *skipped // the element whose inside is not read
}

// skipped is an element whose inside is not read.
type skipped struct {
	element string
	depth   int // of elements of the same name
	loss    *Loss
}

// note is a text beside the text: a caption, or who is quoted.
type note struct {
	element string
	running
	done func(text string, kept bool)
}

// finish closes all that is open.
func (r *reader) finish() ([]content.Block, []Loss) {
	r.closeBox()
	for len(r.figures) > 0 {
		r.endFigure()
	}
	r.endNote()
	r.paragraph()
	if r.markdown {
		r.blocks = r.withCaptions(r.blocks)
	}
	losses := make([]Loss, 0, len(r.losses))
	for _, l := range r.losses {
		losses = append(losses, *l)
	}
	sortLosses(losses)
	return r.blocks, losses
}

func sortLosses(losses []Loss) {
	slices.SortFunc(losses, func(a, b Loss) int { return strings.Compare(a.What, b.What) })
}

func (r *reader) lose(what, text string) *Loss {
	l := r.losses[what]
	if l == nil {
		l = &Loss{What: what}
		r.losses[what] = l
	}
	l.Count++
	l.tell(text)
	return l
}

// tell notes the text of the first that has one.
func (l *Loss) tell(text string) {
	if l.Text == "" {
		l.Text = content.Excerpt(text)
	}
}

// text is where text goes now.
func (r *reader) text() *running {
	switch {
	case r.note != nil:
		return &r.note.running
	case r.box != nil && r.box.list != nil:
		return &r.box.list.top().running
	}
	return &r.body
}

func (r *reader) write(text string) {
	if r.skipped != nil {
		r.skipped.loss.tell(text)
		return
	}
	r.text().write(text, len(r.open["pre"]) > 0, r.marks(), r.link)
}

// keep reads the comment that keeps what it stands in; see literal.
func (r *reader) keep() {
	b := r.box
	switch {
	case r.note != nil:
		r.note.keep(r.link != "")
	case b != nil && b.list != nil:
		if top := b.list.top(); top.item {
			top.keep(r.link != "")
		} else {
			b.list.kept = true
		}
	case r.inTable() && !b.table.cell:
		b.table.keep()
	case r.within || r.inTable() || r.link != "":
		r.body.keep(r.link != "")
	case len(r.figures) > 0:
		r.figures[len(r.figures)-1].kept = true
	}
}

// paragraph ends a paragraph: a block, or a line of what is open.
func (r *reader) paragraph() {
	r.within = false
	if r.note != nil || r.box != nil {
		r.text().paragraph()
		return
	}
	only, kept := r.body.only, r.body.kept
	spans := r.body.take()
	switch {
	case spans == nil:
	case r.heading == 0:
		b := content.Block{Paragraph: &content.ParagraphBlock{Spans: spans}}
		if only {
			r.only[b.Paragraph] = true
		} else if special, ok := r.special(spans, kept); ok {
			b = special
		}
		r.add(b)
	default:
		level := heading(r.heading)
		if level != r.heading {
			r.lose("h"+string(rune('0'+r.heading)), plain(spans))
		}
		r.add(content.Block{Heading: &content.HeadingBlock{Level: level, Spans: spans}})
	}
}

func (r *reader) add(b content.Block) { r.blocks = append(r.blocks, b) }

// between adds a block between paragraphs: behind the list or table that is open.
func (r *reader) between(b content.Block) {
	r.paragraph()
	r.add(b)
}

// aside adds a text as a paragraph of its own, unless it is empty.
func (r *reader) aside(text string) {
	if text != "" {
		r.add(content.Block{Paragraph: &content.ParagraphBlock{Spans: content.Spans{{Text: text}}}})
	}
}

// startNote reads a note until its element ends.
func (r *reader) startNote(element string, done func(text string, kept bool)) {
	r.endNote()
	r.note = &note{element: element, done: done}
}

func (r *reader) endNote() {
	n := r.note
	if n == nil {
		return
	}
	r.note = nil
	kept := n.kept
	spans := n.take()
	for _, s := range spans {
		if s.Link != "" {
			r.lose("link", s.Link)
		}
	}
	text := plain(spans)
	if !kept {
		text = strings.TrimSpace(text)
	}
	if text != "" {
		n.done(text, kept)
	}
}

// start reads a start tag.
func (r *reader) start(t html.Token) {
	name := t.Data
	if r.skipped != nil {
		r.startSkipped(t)
		return
	}
	style := declarations(attribute(t, "style"))
	r.startAttributes(t, style)
	switch name {
	case "br":
		r.text().lineBreak(r.marks(), r.link)
	case "hr":
		r.between(content.Block{Divider: &content.DividerBlock{}})
	case "img", "image":
		r.image(t)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		r.paragraph()
		r.within = true
		r.heading = int(name[1] - '0')
		if r.box != nil || r.note != nil {
			r.heading = 0
			r.lose("heading", "")
		}
	case "ul", "ol", "menu", "dir":
		r.startList(t)
	case "li":
		r.item(true)
	case "blockquote":
		r.startBox(name)
	case "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption":
		r.startTable(t)
	case "figure":
		r.startFigure(t)
	case "figcaption":
		r.startCaption()
	case "footer", "cite":
		r.startSource(name, style)
	case "a":
		r.startLink(attribute(t, "href"))
		r.beginStyled(name, style)
	case "form", "input", "button", "textarea":
		r.lose("form", either(attribute(t, "value"), attribute(t, "placeholder")))
		if name == "form" {
			r.paragraph()
		}
	case "embed":
		r.embed(name, attribute(t, "src"))
	default:
		switch {
		case slices.Contains(unread, name):
			r.startUnread(t)
		case slices.Contains(apart, name):
			r.paragraph()
			r.within = name == "p"
			if name == "pre" {
				r.beginStyled(name, style)
			}
		case !slices.Contains(empty, name):
			r.beginStyled(name, style)
		}
	}
}
