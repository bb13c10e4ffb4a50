package richtext

import (
	"bytes"
	"slices"
	"strings"

	"sen/internal/content"
)

// running is running text while it is read: white space collapses as in HTML, and
// nothing is copied twice however long it gets.
type running struct {
	runs []run
	part int  // the run with which the last paragraph begins
	end  bool // a paragraph has ended; another begins on a line of its own

	literal bool // the white space where the text has come to stays as it is
	kept    bool // it is kept although it shows nothing
	only    bool // it is a paragraph and nothing else
}

// run is a span while it is read.
type run struct {
	text  []byte
	marks marks
	link  string
}

// marks is a set of marks: a bit for each of markElements.
type marks uint8

func (m marks) list() []content.Mark {
	var list []content.Mark
	for i, e := range markElements {
		if m&(1<<i) != 0 {
			list = append(list, e.mark)
		}
	}
	return list
}

// bit is the set of one mark.
func bit(mark content.Mark) marks {
	for i, e := range markElements {
		if e.mark == mark {
			return 1 << i
		}
	}
	return 0
}

// write adds text. As it is (pre) it keeps its lines and its blanks, those that would
// collapse as no-break spaces.
func (t *running) write(text string, pre bool, m marks, link string) {
	for _, r := range text {
		switch {
		case r == 0, r == '\u200b', r == '\ufeff', r == '\r' && pre:
			// Nothing to see.
		case r == '\n' && pre:
			t.lineBreak(m, link)
		case r == ' ' || r == '\t' || r == '\n' || r == '\f' || r == '\r':
			switch {
			case t.literal && (r == ' ' || r == '\t'):
				t.put(r, m, link)
			case !t.collapses():
				t.put(' ', m, link)
			case pre:
				t.put('\u00a0', m, link)
			}
		default:
			t.put(r, m, link)
		}
	}
}

// lineBreak begins another line, unless nothing stands before it.
func (t *running) lineBreak(m marks, link string) {
	if t.end || len(t.runs) == 0 && !t.literal {
		return
	}
	if !t.literal {
		t.trim(" ")
	}
	t.literal = false
	t.add("\n", m, link)
}

// keep reads the comment that keeps what stands around it; see literal.
func (t *running) keep(linked bool) {
	t.literal, t.kept, t.only = true, true, t.only || !linked
}

// paragraph ends a paragraph inside of a text that stays one.
func (t *running) paragraph() { t.end = t.end || len(t.runs) > 0 }

// put adds a sign.
func (t *running) put(r rune, m marks, link string) {
	if t.end {
		t.trim(" \n")
		t.end = false
		if t.part = len(t.runs); t.part > 0 {
			t.runs = append(t.runs, run{[]byte{'\n'}, m, link})
		}
	}
	t.literal = false
	t.add(string(r), m, link)
}

func (t *running) add(s string, m marks, link string) {
	if n := len(t.runs); n == 0 || t.runs[n-1].marks != m || t.runs[n-1].link != link {
		t.runs = append(t.runs, run{nil, m, link})
	}
	last := &t.runs[len(t.runs)-1]
	last.text = append(last.text, s...)
}

// collapses tells whether a blank is lost where the text has come to.
func (t *running) collapses() bool {
	if t.end || len(t.runs) == 0 {
		return true
	}
	last := t.runs[len(t.runs)-1].text
	return last[len(last)-1] == ' ' || last[len(last)-1] == '\n'
}

// trim removes signs from the end, and the runs that nothing is left of.
func (t *running) trim(signs string) {
	for n := len(t.runs); n > 0; n-- {
		last := &t.runs[n-1]
		last.text = bytes.TrimRight(last.text, signs)
		if len(last.text) > 0 {
			return
		}
		t.runs = t.runs[:n-1]
	}
}

// take gives the text away and begins anew; nil when it shows nothing and is not to be kept.
func (t *running) take() content.Spans {
	if !t.literal {
		t.trim(" \n")
	}
	spans := joinRuns(t.runs)
	if !t.kept && !visible(plain(spans)) {
		spans = nil
	}
	*t = running{}
	return spans
}

// lastParagraph is the text of the last paragraph of several; empty where there is one.
func (t *running) lastParagraph() string {
	if t.part == 0 {
		return ""
	}
	return strings.TrimSpace(plain(joinRuns(t.runs[min(t.part, len(t.runs)):])))
}

// dropParagraph removes the last paragraph of several.
func (t *running) dropParagraph() { t.runs = t.runs[:min(t.part, len(t.runs))] }

// joinRuns joins neighbours that are marked the same way.
func joinRuns(runs []run) content.Spans {
	var joined []run
	for _, r := range runs {
		if n := len(joined); n > 0 && joined[n-1].marks == r.marks && joined[n-1].link == r.link {
			joined[n-1].text = append(joined[n-1].text, r.text...)
			continue
		}
		joined = append(joined, r)
	}
	spans := make(content.Spans, 0, len(joined))
	for _, r := range joined {
		spans = append(spans, content.Span{Text: string(r.text), Marks: r.marks.list(), Link: r.link})
	}
	return spans
}

// inline is what the open elements do to text: which marks it gets, where it leads.
type inline struct {
	counts [8]int             // of the open elements that set a mark
	open   map[string][]marks // by element, what each open one sets
	link   string
}

// begin opens an element that sets marks.
func (in *inline) begin(element string, m marks) {
	if in.open == nil {
		in.open = map[string][]marks{}
	}
	in.open[element] = append(in.open[element], m)
	in.count(m, 1)
}

// finishElement closes the element that was opened last of its name, wherever it
// stands: what people paste is not always nested.
func (in *inline) finishElement(element string) {
	if stack := in.open[element]; len(stack) > 0 {
		in.open[element] = stack[:len(stack)-1]
		in.count(stack[len(stack)-1], -1)
	}
}

func (in *inline) count(m marks, by int) {
	for i := range in.counts {
		if m&(1<<i) != 0 {
			in.counts[i] += by
		}
	}
}

// marks are the marks of the text that comes now.
func (in *inline) marks() (m marks) {
	for i, n := range in.counts {
		if n > 0 {
			m |= 1 << i
		}
	}
	return m
}

// elementMarks are the marks that elements set.
var elementMarks = map[string]content.Mark{
	"b": content.MarkBold, "strong": content.MarkBold,
	"i": content.MarkItalic, "em": content.MarkItalic, "cite": content.MarkItalic, "dfn": content.MarkItalic, "var": content.MarkItalic,
	"u": content.MarkUnderline, "ins": content.MarkUnderline,
	"s": content.MarkStrike, "del": content.MarkStrike, "strike": content.MarkStrike,
	"sub": content.MarkSubscript, "sup": content.MarkSuperscript,
	"code": content.MarkCode, "kbd": content.MarkCode, "samp": content.MarkCode, "tt": content.MarkCode, "pre": content.MarkCode,
}

// styles tells what the declarations of a style attribute mean to us. Word and Google
// Docs write "font-weight:700" on a span, and "font-weight:normal" on a b.
var styles = map[string]struct{ set, unset map[string]content.Mark }{
	"font-weight": {
		map[string]content.Mark{"bold": content.MarkBold, "bolder": content.MarkBold, "600": content.MarkBold, "700": content.MarkBold, "800": content.MarkBold, "900": content.MarkBold},
		map[string]content.Mark{"normal": content.MarkBold, "400": content.MarkBold},
	},
	"font-style": {
		map[string]content.Mark{"italic": content.MarkItalic, "oblique": content.MarkItalic},
		map[string]content.Mark{"normal": content.MarkItalic},
	},
	"text-decoration": {
		map[string]content.Mark{"underline": content.MarkUnderline, "line-through": content.MarkStrike},
		map[string]content.Mark{"none": content.MarkUnderline},
	},
	"vertical-align": {
		map[string]content.Mark{"sub": content.MarkSubscript, "super": content.MarkSuperscript},
		map[string]content.Mark{"baseline": content.MarkSuperscript},
	},
}

// declarations are the declarations of a style attribute.
func declarations(style string) map[string]string {
	all := map[string]string{}
	for one := range strings.SplitSeq(strings.ToLower(style), ";") {
		if name, value, ok := strings.Cut(one, ":"); ok {
			all[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return all
}

// beginStyled opens an element that sets marks by what it is and by its style. A style
// that underlines a link says nothing.
func (in *inline) beginStyled(element string, style map[string]string) {
	var set, unset marks
	for name, meaning := range styles {
		for word := range strings.FieldsSeq(style[name]) {
			set |= bit(meaning.set[word])
			unset |= bit(meaning.unset[word])
		}
	}
	if in.link != "" {
		set &^= bit(content.MarkUnderline)
	}
	in.begin(element, bit(elementMarks[element])&^unset|set)
}

// plainColours are those that text has anyway.
var plainColours = []string{"", "black", "#000", "#000000", "windowtext", "inherit", "initial", "auto", "currentcolor", "rgb(0, 0, 0)", "rgb(0,0,0)"}

// coloured tells whether a colour is worth a word when it is lost.
func coloured(colour string) bool { return !slices.Contains(plainColours, strings.ToLower(colour)) }
