package richtext

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"sen/internal/content"
)

// box is an open list, table or quotation. Only lists can be nested; other elements inside a box become lines of its
// text.
type box struct {
	element string // "list", "table" or "blockquote"
	at      int    // its position among the blocks, which is reserved
	depth   int    // of boxes of the same element
	notes   []string
	asIs    bool // the notes are not trimmed
	list    *list
	table   *table
}

// list is an open list.
type list struct {
	ordered bool
	levels  []*level
	deeper  int  // open lists below the deepest level that is read
	kept    bool // the list is kept although it has no items
}

// level is one nesting level of an open list: its items so far, and the text of the open item.
type level struct {
	running
	item  bool // an item is open
	items []content.ListItem
	below []content.ListItem // the items below the open item
}

func (l *list) top() *level { return l.levels[len(l.levels)-1] }

// end closes the open item. If it has no text, its nested items are appended to the item before it, or to the level.
func (l *level) end() {
	switch spans := l.take(); {
	case spans != nil:
		l.items = append(l.items, content.ListItem{Spans: spans, Items: l.below})
	case len(l.items) > 0:
		last := &l.items[len(l.items)-1]
		last.Items = append(last.Items, l.below...)
	default:
		l.items = append(l.items, l.below...)
	}
	l.below, l.item = nil, false
}

// startBox opens a box. It returns false if another box is open; the element is then read as text.
func (r *reader) startBox(element string) bool {
	r.paragraph()
	if r.box != nil && r.box.element == element {
		r.box.depth++
	}
	if r.box != nil || r.note != nil {
		r.lose(element, "")
		return false
	}
	r.box = &box{element: element, at: len(r.blocks), depth: 1}
	r.add(content.Block{})
	return true
}

// endBox handles the end tag of an element that can be a box.
func (r *reader) endBox(element string) {
	r.paragraph()
	if r.box == nil || r.box.element != element {
		return
	}
	if l := r.box.list; l != nil && r.note == nil {
		switch {
		case l.deeper > 0:
			l.deeper--
			l.top().end()
		case len(l.levels) > 1:
			l.up()
		default:
			r.closeBox()
		}
		return
	}
	if r.box.depth--; r.box.depth == 0 {
		r.closeBox()
	}
}

// closeBox closes the open box and everything in it, and puts its block at the reserved position.
func (r *reader) closeBox() {
	b := r.box
	if b == nil {
		return
	}
	for len(r.figures) > 0 && r.figures[len(r.figures)-1].at > b.at {
		r.endFigure()
	}
	r.endNote()
	var blocks []content.Block
	switch note := strings.Join(b.notes, "\n"); {
	case b.list != nil:
		blocks = b.list.blocks()
	case b.table != nil:
		r.endRow()
		r.inline = b.table.outside
		blocks = b.table.blocks(note)
	default:
		blocks = r.quotation(note, b.asIs)
	}
	r.box = nil
	r.blocks = slices.Replace(r.blocks, b.at, b.at+1, blocks...)
}

// quotation makes a quotation from the text and the attribution. If there is no attribution, a last paragraph that
// begins with a dash becomes one.
func (r *reader) quotation(note string, asIs bool) []content.Block {
	const dashes = "—―– \u00a0\n"
	if last := r.body.lastParagraph(); note == "" && strings.IndexAny(last, "—―–") == 0 {
		if note = strings.Trim(last, dashes); note != "" {
			r.body.dropParagraph()
		}
	}
	spans := r.body.take()
	if !asIs {
		note = strings.TrimLeft(note, dashes)
	}
	if spans == nil && note != "" {
		spans, note = content.Spans{{Text: note}}, ""
	}
	if spans == nil {
		return nil
	}
	return []content.Block{{Quote: &content.QuoteBlock{Spans: spans, Attribution: note}}}
}

// startSource starts the attribution of a quotation. Outside a quotation the element has its usual meaning.
func (r *reader) startSource(element string, style map[string]string) {
	quoted := r.box != nil && r.box.element == "blockquote" && r.note == nil
	switch {
	case quoted && (element == "footer" || r.body.end):
		b := r.box
		r.startNote(element, func(text string, kept bool) { b.notes, b.asIs = append(b.notes, text), kept })
	case element == "footer":
		r.paragraph()
	case r.note == nil || r.note.element != "footer":
		r.beginStyled(element, style)
	}
}

func (r *reader) startList(t html.Token) {
	ordered := t.Data == "ol"
	if start := attribute(t, "start"); start != "" && start != "1" {
		r.lose("numbering", start)
	}
	if r.box == nil || r.box.list == nil || r.note != nil {
		if r.startBox("list") {
			r.box.list = &list{ordered: ordered, levels: []*level{{}}}
		}
		return
	}
	l := r.box.list
	if l.ordered != ordered {
		r.lose("numbering", "")
	}
	if len(l.levels) >= MaxNesting {
		l.deeper++
		l.top().end()
		r.lose("nesting", "")
		return
	}
	l.top().paragraph()
	l.levels = append(l.levels, &level{})
}

// item closes the open item. begins is set if another one begins.
func (r *reader) item(begins bool) {
	if r.note == nil && r.box != nil && r.box.list != nil {
		r.box.list.top().end()
		r.box.list.top().item = begins
		return
	}
	r.paragraph()
}

// up closes the deepest level of the list.
func (l *list) up() {
	done := l.top()
	done.end()
	l.levels = l.levels[:len(l.levels)-1]
	l.top().below = append(l.top().below, done.items...)
}

func (l *list) blocks() []content.Block {
	for len(l.levels) > 1 {
		l.up()
	}
	l.top().end()
	items := l.top().items
	if len(items) == 0 && !l.kept {
		return nil
	}
	return []content.Block{{List: &content.ListBlock{Ordered: l.ordered, Items: append([]content.ListItem{}, items...)}}}
}

// number returns the value of a numeric attribute, limited to 1 to bound.
func number(t html.Token, key string, bound int) int {
	n, err := strconv.Atoi(attribute(t, key))
	if err != nil {
		return 1
	}
	return min(max(n, 1), bound)
}
