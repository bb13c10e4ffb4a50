package richtext

import (
	"bytes"
	"slices"
	"strings"

	"sen/internal/content"
)

// running is a text with marks that is being read. White space collapses as in HTML. Each character is copied a
// bounded number of times, however long the text gets.
type running struct {
	runs []run
	part int  // the index of the first run of the last paragraph
	end  bool // a paragraph has ended; the next text begins on a new line

	literal bool // white space at this position is not collapsed
	kept    bool // the text is kept although it shows nothing
	only    bool // the text must not be read as another kind of block
}

// run is a span that is being read.
type run struct {
	text  []byte
	marks marks
	link  string
}

// marks is a set of marks, with a bit for each of markElements.
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

// bit returns the set with one mark.
func bit(mark content.Mark) marks {
	for i, e := range markElements {
		if e.mark == mark {
			return 1 << i
		}
	}
	return 0
}

// write adds text. With pre it keeps line breaks, and writes blanks that would collapse as no-break spaces.
func (t *running) write(text string, pre bool, m marks, link string) {
	for _, r := range text {
		switch {
		case r == 0, r == '\u200b', r == '\ufeff', r == '\r' && pre:
			// Invisible characters.
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

// lineBreak adds a line break, unless the text is still empty.
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

// keep handles the empty comment, which preserves the white space around it; see emptyComment.
func (t *running) keep(linked bool) {
	t.literal, t.kept, t.only = true, true, t.only || !linked
}

// paragraph ends a paragraph inside a text. The next text begins on a new line.
func (t *running) paragraph() { t.end = t.end || len(t.runs) > 0 }

// put adds a character.
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

// collapses reports whether a blank at this position is dropped.
func (t *running) collapses() bool {
	if t.end || len(t.runs) == 0 {
		return true
	}
	last := t.runs[len(t.runs)-1].text
	return last[len(last)-1] == ' ' || last[len(last)-1] == '\n'
}

// trim removes the given characters from the end, and the runs that become empty.
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

// take returns the text and resets the buffer. It returns nil if the text shows nothing and need not be kept.
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

// lastParagraph returns the text of the last paragraph, or "" if there is only one.
func (t *running) lastParagraph() string {
	if t.part == 0 {
		return ""
	}
	return strings.TrimSpace(plain(joinRuns(t.runs[min(t.part, len(t.runs)):])))
}

// dropParagraph removes the last paragraph, if there are several.
func (t *running) dropParagraph() { t.runs = t.runs[:min(t.part, len(t.runs))] }

// joinRuns joins neighbouring runs with the same marks and link.
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

// inline is the effect of the open inline elements: the marks and the link of the text in them.
type inline struct {
	counts [8]int             // for each mark, the number of open elements that set it
	open   map[string][]marks // by element name, the marks that each open one sets
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

// finishElement closes the last opened element with this name, at any nesting: pasted HTML is not always nested
// correctly.
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

// marks returns the marks of the text that comes next.
func (in *inline) marks() (m marks) {
	for i, n := range in.counts {
		if n > 0 {
			m |= 1 << i
		}
	}
	return m
}

// elementMarks gives the mark that an element sets.
var elementMarks = map[string]content.Mark{
	"b": content.MarkBold, "strong": content.MarkBold,
	"i": content.MarkItalic, "em": content.MarkItalic, "cite": content.MarkItalic, "dfn": content.MarkItalic,
	"var": content.MarkItalic,
	"u":   content.MarkUnderline, "ins": content.MarkUnderline,
	"s": content.MarkStrike, "del": content.MarkStrike, "strike": content.MarkStrike,
	"sub": content.MarkSubscript, "sup": content.MarkSuperscript,
	"code": content.MarkCode, "kbd": content.MarkCode, "samp": content.MarkCode, "tt": content.MarkCode,
	"pre": content.MarkCode,
}

// styles gives the marks that the declarations of a style attribute set and unset. Word and Google Docs write
// "font-weight:700" on a span, and "font-weight:normal" on a b.
var styles = map[string]struct{ set, unset map[string]content.Mark }{
	"font-weight": {
		map[string]content.Mark{
			"bold": content.MarkBold, "bolder": content.MarkBold, "600": content.MarkBold,
			"700": content.MarkBold, "800": content.MarkBold, "900": content.MarkBold,
		},
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

// declarations parses a style attribute.
func declarations(style string) map[string]string {
	all := map[string]string{}
	for one := range strings.SplitSeq(strings.ToLower(style), ";") {
		if name, value, ok := strings.Cut(one, ":"); ok {
			all[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return all
}

// beginStyled opens an element that sets marks by its name and its style. Underlining of links is ignored.
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

// plainColours lists the colours whose loss is not reported, because text has them by default.
var plainColours = []string{
	"", "black", "#000", "#000000", "windowtext", "inherit", "initial", "auto", "currentcolor",
	"rgb(0, 0, 0)", "rgb(0,0,0)",
}

// isNotableColour reports whether the loss of a colour is reported.
func isNotableColour(colour string) bool {
	return !slices.Contains(plainColours, strings.ToLower(colour))
}
