package richtext

import (
	"slices"

	"golang.org/x/net/html"

	"sen/internal/content"
)

// Tables are limited, because each row is filled up to the width of the longest.
const (
	maxColumns = 50
	// maxCells is the number of cells after which the rows continue in another table.
	maxCells = 20_000
)

// table is an open table.
type table struct {
	rows    []content.TableRow
	row     []content.TableCell
	width   int
	open    bool        // a row is open
	keptRow bool        // the row is kept although it has no cells
	kept    bool        // rows are kept although they show nothing
	cell    bool        // a cell is open
	span    int         // the number of columns that the cell covers
	head    bool        // the rows are inside <thead>
	heads   int         // the number of header cells in the row
	header  bool        // the first row is a header
	below   map[int]int // by column, the number of further rows that a cell above covers
	outside inline      // the inline state around the table
}

// startTable handles a start tag of a table. If the table is inside another box, its tags only separate lines.
func (r *reader) startTable(t html.Token) {
	if t.Data == "table" {
		if r.startBox("table") {
			r.box.table = &table{outside: r.inline}
		}
		return
	}
	if r.inTable() {
		r.splitTable()
		switch t.Data {
		case "caption":
			b := r.box
			r.endRow()
			r.startNote(t.Data, func(text string, _ bool) { b.notes = append(b.notes, text) })
		case "td", "th":
			r.endNote()
			r.startCell(t)
		default:
			r.endNote()
			r.endRow()
			r.box.table.open = t.Data == "tr"
			r.box.table.head = t.Data == "thead" || t.Data == "tr" && r.box.table.head
		}
		return
	}
	r.paragraph()
}

// endTable handles an end tag of a table.
func (r *reader) endTable(element string) {
	switch {
	case element == "table":
		if r.box != nil && r.box.table != nil && r.box.depth == 1 {
			r.closeBox() // also closes everything that is open in it
			return
		}
		r.endBox(element)
	case !r.inTable():
		r.paragraph()
	case element == "td" || element == "th":
		r.endNote()
		r.endCell()
	default:
		r.endNote()
		r.endRow()
		if element != "tr" {
			r.box.table.head = false
		}
	}
}

// inTable reports whether the innermost open table is read as a table.
func (r *reader) inTable() bool { return r.box != nil && r.box.table != nil && r.box.depth == 1 }

func (r *reader) startCell(token html.Token) {
	t := r.box.table
	r.endCell()
	t.fill()
	if len(t.row) >= maxColumns {
		r.lose("columns", "")
		return
	}
	t.cell, t.span = true, number(token, "colspan", maxColumns-len(t.row))
	if token.Data == "th" {
		t.heads++
	}
	for name, n := range map[string]int{"colspan": t.span, "rowspan": number(token, "rowspan", 1000)} {
		if n > 1 {
			r.lose(name, attribute(token, name))
		}
		if n > 1 && name == "rowspan" {
			if t.below == nil {
				t.below = map[int]int{}
			}
			for column := range t.span {
				t.below[len(t.row)+column] = n - 1
			}
		}
	}
}

// fill adds empty cells where a cell of a row above covers this row.
func (t *table) fill() {
	for t.below[len(t.row)] > 0 && len(t.row) < maxColumns {
		t.below[len(t.row)]--
		t.row = append(t.row, content.TableCell{Spans: content.Spans{}})
	}
}

// endCell closes the open cell. Text outside all cells becomes a paragraph after the table.
func (r *reader) endCell() {
	t := r.box.table
	t.kept = t.kept || r.body.kept && len(t.rows) == 0
	spans := r.body.take()
	switch {
	case t.cell:
		if spans == nil {
			spans = content.Spans{}
		}
		t.row = append(t.row, content.TableCell{Spans: spans})
		for range t.span - 1 {
			t.row = append(t.row, content.TableCell{Spans: content.Spans{}})
		}
	case spans != nil:
		r.add(content.Block{Paragraph: &content.ParagraphBlock{Spans: spans}})
	}
	t.cell = false
	r.inline = inline{}
}

func (r *reader) endRow() {
	r.endCell()
	t := r.box.table
	if len(t.row) > 0 || t.keptRow {
		all := t.heads == len(t.row) && t.heads > 0
		t.fill()
		if len(t.rows) == 0 {
			t.header = t.head || all
		}
		t.rows = append(t.rows, content.TableRow{Cells: append([]content.TableCell{}, t.row...)})
		t.width = max(t.width, len(t.row))
	}
	t.row, t.heads, t.open, t.keptRow = nil, 0, false, false
}

// keep handles the empty comment, which keeps a row without cells, or a table without rows; see emptyComment.
func (t *table) keep() {
	t.kept = true
	switch {
	case t.open:
		t.keptRow = true
	case len(t.rows) == 0:
		t.header = t.head
	}
}

// splitTable starts another table if the open one has too many cells.
func (r *reader) splitTable() {
	t := r.box.table
	if t.cell || len(t.row) > 0 || len(t.rows)*t.width < maxCells {
		return
	}
	r.lose("rows", "")
	r.closeBox()
	r.startBox("table")
	r.box.table = &table{outside: t.outside}
	r.inline = inline{}
}

// blocks returns the table, with each row filled up to the longest. A header row whose cells are all empty is
// dropped: Markdown has no table without a header, so it writes an empty one.
func (t *table) blocks(caption string) []content.Block {
	for i, row := range t.rows {
		for len(row.Cells) < t.width {
			row.Cells = append(row.Cells, content.TableCell{Spans: content.Spans{}})
		}
		t.rows[i] = row
	}
	if t.header && !t.kept &&
		!slices.ContainsFunc(t.rows[0].Cells, func(c content.TableCell) bool { return len(c.Spans) > 0 }) {
		t.header, t.rows = false, t.rows[1:]
	}
	switch {
	case len(t.rows) > 0 || t.kept:
		return []content.Block{{Table: &content.TableBlock{
			Header: t.header, Caption: caption,
			Rows: append([]content.TableRow{}, t.rows...),
		}}}
	case caption != "":
		return []content.Block{{Paragraph: &content.ParagraphBlock{Spans: content.Spans{{Text: caption}}}}}
	}
	return nil
}
