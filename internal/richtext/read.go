package richtext

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"sen/internal/content"
)

// Loss is content of the source text that the blocks can't hold.
type Loss struct {
	// What names the content: an element such as "script", "iframe" or "h1" (which became a heading of another
	// level), "image" for a picture that is not among the site's media, "link" for a forbidden address, "colour",
	// "numbering", "form".
	What string
	// Count is the number of occurrences, at least 1.
	Count int
	// Text is the beginning of the first occurrence that has text, at most 80 characters. It may be empty.
	Text string
}

// FromHTML reads HTML, from a page or pasted from a word processor, as blocks. media returns the id of the medium
// with an address; for false the picture is dropped. FromHTML accepts any text. It keeps what people wrote, drops
// everything that can run code, and returns what was lost. It takes time proportional to the length of the text: it
// reads the tags as a stream and builds no tree, because the tree of misnested tags can grow as the square of the
// text.
//
// A figure with one picture becomes an image, a figure with several a gallery. A paragraph that is only a link
// becomes a document if media finds its address, and an embed if it leads to a known provider of films or sound,
// unless an empty comment follows the link; see emptyComment.
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
			if string(z.Text()) == emptyComment[4:len(emptyComment)-3] && r.skipped == nil {
				r.keep()
			}
		case html.ErrorToken:
			return r.finish()
		}
	}
}

// reader makes blocks from a stream of HTML tags and texts.
type reader struct {
	media  func(address string) (content.ID, bool)
	losses map[string]*Loss
	blocks []content.Block
	// markdown is set if the HTML was made from Markdown, whose captions are paragraphs in italics.
	markdown bool
	only     map[*content.ParagraphBlock]bool // paragraphs that are not captions

	inline
	body    running // text outside lists
	within  bool    // a paragraph or heading is open: the empty comment keeps body
	heading int     // the level of the open heading, as written; 0 if none is open
	box     *box    // the open list, table or quotation; one inside another becomes text
	figures []figure
	deeper  int   // open figures below the deepest level that is read
	note    *note // the open caption or attribution

	skipped *skipped // the open element whose content is not read
}

// skipped is an element whose content is not read.
type skipped struct {
	element string
	depth   int // of nested elements of the same name
	loss    *Loss
}

// note is a caption, or the attribution of a quotation.
type note struct {
	element string
	running
	done func(text string, kept bool)
}

// finish closes all open elements and returns the blocks.
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
	l.setText(text)
	return l
}

// setText sets the text, if there is none yet.
func (l *Loss) setText(text string) {
	if l.Text == "" {
		l.Text = content.Excerpt(text)
	}
}

// text returns the buffer that the next text belongs to.
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
		r.skipped.loss.setText(text)
		return
	}
	r.text().write(text, len(r.open["pre"]) > 0, r.marks(), r.link)
}

// keep handles the empty comment, which keeps the element around it; see emptyComment.
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

// paragraph ends a paragraph. It becomes a block, or a line in the open list, table, quotation or caption.
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

// between adds a block between paragraphs. If a list or table is open, the block comes after it.
func (r *reader) between(b content.Block) {
	r.paragraph()
	r.add(b)
}

// aside adds a text as a paragraph, unless it is empty.
func (r *reader) aside(text string) {
	if text != "" {
		r.add(content.Block{Paragraph: &content.ParagraphBlock{Spans: content.Spans{{Text: text}}}})
	}
}

// startNote starts a caption or attribution, which ends with its element.
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

// start handles a start tag.
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
		r.lose("form", cmp.Or(attribute(t, "value"), attribute(t, "placeholder")))
		if name == "form" {
			r.paragraph()
		}
	case "embed":
		r.embed(name, attribute(t, "src"))
	default:
		r.startOther(t, style)
	}
}

// startOther begins an element that has no rule of its own.
func (r *reader) startOther(t html.Token, style map[string]string) {
	switch {
	case slices.Contains(skippedElements, t.Data):
		r.startUnread(t)
	case slices.Contains(blockElements, t.Data):
		r.paragraph()
		r.within = t.Data == "p"
		if t.Data == "pre" {
			r.beginStyled(t.Data, style)
		}
	case !slices.Contains(voidElements, t.Data):
		r.beginStyled(t.Data, style)
	}
}
