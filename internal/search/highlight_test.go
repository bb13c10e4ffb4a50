package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

// marked returns a fragment with its ranges in brackets, as a browser cuts it.
func marked(fragment string, ranges []Range) string {
	units := utf16.Encode([]rune(fragment))
	for _, r := range slices.Backward(ranges) {
		units = slices.Insert(units, r.Start+r.Length, ']')
		units = slices.Insert(units, r.Start, '[')
	}
	return string(utf16.Decode(units))
}

func TestHighlight(t *testing.T) {
	var a Abbreviations
	a.Set("a", []Pair{{"UBND", "Ủy ban nhân dân"}})
	for _, test := range []struct{ query, text, want string }{
		{"hoi nghi", "Sau hội nghị, hội họp về nghị quyết", "Sau [hội nghị], hội họp về nghị quyết"},
		{"hoi nghi", "Hội họp về nghị quyết", "[Hội] họp về [nghị] quyết"},
		{"hoi nghi tai co cau", "Hội nghị về tái cơ cấu và hội", "[Hội nghị] về [tái cơ cấu] và hội"},
		{"dung", "😀 Đúng, Dũng", "😀 [Đúng], [Dũng]"},
		{"HỘI", "hội hoi hỏi", "[hội hoi hỏi]"},
		{"hoi  nghi", "hội  nghị", "[hội]  [nghị]"},
		{"ubnd tinh", "Ủy ban nhân dân tỉnh, ban hành", "[Ủy ban nhân dân tỉnh], ban hành"},
		{"uy ban nhan dan", "Của UBND và ủy ban nhân dân", "Của [UBND] và [ủy ban nhân dân]"},
		{"12/qd-ubnd", "Số 12/QĐ-UBND ngày 12", "Số [12/QĐ-UBND] ngày 12"},
		{"annual meeting", "Two annual meetings, meeting", "Two [annual meetings], meeting"},
		{"xyz", "hội nghị", "hội nghị"},
		{"", "hội nghị", "hội nghị"},
		{"hoi nghi", "", ""},
		{"hoi", "h\u200bội nghị", "[h\u200bội] nghị"},
		{"a", "<b>a</b>", "<b>[a]</b>"},
	} {
		h := NewHighlighter(test.query, []content.Locale{"vi", "en"}, &a)
		if got := marked(h.Highlight(test.text)); got != test.want {
			t.Errorf("%q: %s; want %s", test.query, got, test.want)
		}
		got := marked(h.Highlight(norm.NFD.String(test.text)))
		if norm.NFC.String(got) != norm.NFC.String(test.want) {
			t.Errorf("%q in NFD: %s; want %s", test.query, got, test.want)
		}
	}
	if got := marked((*Highlighter)(nil).Highlight("hội")); got != "hội" {
		t.Errorf("no highlighter: %s", got)
	}
}

func TestFragmentsOfLongTexts(t *testing.T) {
	filler := strings.Repeat("một hai ba bốn ", 40)
	for _, test := range []struct{ name, text, want string }{
		{"at the beginning", "Hội nghị " + filler, "[Hội nghị] một"},
		{"in the middle", filler + "hội nghị " + filler, "bốn [hội nghị] một"},
		{"at the end", filler + "hội nghị", "bốn [hội nghị]"},
		{"the best place", "hội " + filler + "hội nghị " + filler, "bốn [hội nghị] một"},
		{"the most marks", filler + "hội nghị " + filler + "hội nghị và hội nghị", "[hội nghị] và [hội nghị]"},
		{"none", filler, "một hai"},
		{"no spaces", strings.Repeat("x", 300) + "-hội nghị-" + strings.Repeat("x", 300), "[hội nghị]"},
		{"emoji", strings.Repeat("😀 ", 300) + "hội nghị", "😀 [hội nghị]"},
	} {
		fragment, ranges := NewHighlighter("hoi nghi", nil).Highlight(test.text)
		got := marked(fragment, ranges)
		size := utf8.RuneCountInString(fragment)
		if !strings.Contains(got, test.want) || size > maxFragment || !strings.Contains(test.text, fragment) ||
			strings.HasPrefix(fragment, " ") {
			t.Errorf("%s: %d characters, %q", test.name, size, got)
		}
	}
}
