package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
)

// words returns the folded and exact forms of the words of a text.
func words(text string) (folded, exact string) {
	f, e := join(Tokens(text))
	return strings.ReplaceAll(f, "_", " "), strings.ReplaceAll(e, "_", " ")
}

func TestTokens(t *testing.T) {
	for _, test := range []struct{ name, text, folded, exact string }{
		{"a sentence", "Hội nghị Tái cơ cấu!", "hoi nghi tai co cau", "hội nghị tái cơ cấu"},
		{"NFD", norm.NFD.String("Nguyễn Hữu Dũng"), "nguyen huu dung", "nguyễn hữu dũng"},
		{"kinds of đ", "Đà Ðà đà ðà Ɖà", "da da da da da", "đà đà đà đà đà"},
		{"old tone placement", "hòa Thúy khỏe quỳ", "hoa thuy khoe quy", "hòa thúy khỏe qùy"},
		{"new tone placement", "hoà Thuý khoẻ quỳ", "hoa thuy khoe quy", "hòa thúy khỏe qùy"},
		{"tones within a syllable", "hoàn huỳnh ngoài", "hoan huynh ngoai", "hoàn huỳnh ngoài"},
		{"codes", "02/12/2020, 12/QĐ-UBND số 3.500", "02 12 2020 12 qd ubnd so 3 500", "02 12 2020 12 qđ ubnd số 3 500"},
		{"emoji", "vui 😀 quá 👨‍👩‍👧 1️⃣", "vui qua 1", "vui quá 1"},
		{"zero width and NUL", "ho\u200bà\x00n h\u00adai\ufeff", "hoan hai", "hoàn hai"},
		{"only signs", "?!… -- _ \u200b\x00", "", ""},
		{"line ends", "một\nhai\tba\u00a0bốn\u3000năm", "mot hai ba bon nam", "một hai ba bốn năm"},
		{"right to left", "\u202bשָׁלוֹם עולם\u202c", "שלום עולם", "שָׁלוֹם עולם"},
		{"without spaces", "越南ก็ดี", "越 南 ก ด", "越 南 ก็ ดี"},
		{"underscores", "hoi_nghi", "hoi nghi", "hoi nghi"},
		{"apostrophes", "Hanoi’s", "hanoi s", "hanoi s"},
		{"other Latin", "Straße Œuvre ŁÓDŹ İstanbul", "strasse oeuvre lodz istanbul", "straße œuvre łódź istanbul"},
		{"full width", "ＡＢＣ１２", "abc12", "ａｂｃ１２"},
		{"a lone mark", "a \u0301 b", "a b", "a b"},
		{"an Arabic sign of four words", "ﷺ", "صلىاللهعليهوسلم", "ﷺ"},
	} {
		folded, exact := words(test.text)
		if folded != test.folded || exact != norm.NFC.String(test.exact) {
			t.Errorf("%s: %q, %q; want %q, %q", test.name, folded, exact, test.folded, test.exact)
		}
	}
}

func TestTokensHaveTheirPlace(t *testing.T) {
	text := norm.NFD.String("Số 12/QĐ-UBND: hòa") + "\u200b!"
	var got []string
	for _, token := range Tokens(text) {
		got = append(got, norm.NFC.String(text[token.Start:token.End]))
	}
	if d := cmp.Diff([]string{"Số", "12", "QĐ", "UBND", "hòa"}, got); d != "" {
		t.Error(d)
	}
}

func TestLongTokensAreCut(t *testing.T) {
	for _, text := range []string{strings.Repeat("a", 500), strings.Repeat("ệ", 500), strings.Repeat("ש", 500)} {
		tokens := Tokens(text)
		if len(tokens) != 1 || len(tokens[0].Folded) > maxToken || len(tokens[0].Exact) > maxToken ||
			tokens[0].End != len(text) {
			t.Errorf("%d tokens, the first is %+v", len(tokens), tokens[0])
		}
	}
}

func TestFastFoldIsFold(t *testing.T) {
	for r := range rune(0x2000) {
		if classOf(r) != letter {
			continue
		}
		for _, word := range []string{string(r), "a" + string(r) + "\u0301b", norm.NFD.String(string(r))} {
			if fast, ok := foldFast(word); ok && fast != strings.Map(onlyWord, content.Fold(word)) {
				t.Errorf("%+q: %q, but Fold returns %q", word, fast, content.Fold(word))
			}
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, text := range []string{"Hội nghị tái cơ cấu", "12/QĐ-UBND 02/12/2020", "a\u0301\u200bb", "ﷺ½Å👍🏽", "İıßς", "\xff\xfe"} {
		f.Add(text, "hoi nghi")
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		end := 0
		for _, token := range Tokens(text) {
			if token.Start < end || token.End <= token.Start || token.End > len(text) {
				t.Fatalf("%q: %+v begins before %d, or ends after the text", text, token, end)
			}
			end = token.End
			if utf8.ValidString(text) && !utf8.ValidString(text[token.Start:token.End]) {
				t.Fatalf("%q: %+v is in the middle of a character", text, token)
			}
			if token.Folded == "" || len(token.Folded) > maxToken || len(token.Exact) > maxToken {
				t.Fatalf("%q: %+v has a wrong size", text, token)
			}
			if strings.ContainsAny(token.Folded+token.Exact, "_ \x00\u200b\u00a0\n") {
				t.Fatalf("%q: %+v has a sign", text, token)
			}
			if again := strings.Map(onlyWord, content.Fold(token.Folded)); again != token.Folded {
				t.Fatalf("%q: %q folds to %q", text, token.Folded, again)
			}
		}
		fragment, ranges := NewHighlighter(query, []content.Locale{"vi", "en"}).Highlight(text)
		if !strings.Contains(text, fragment) {
			t.Fatalf("%q is no part of %q", fragment, text)
		}
		last := 0
		for _, r := range ranges {
			if r.Start < last || r.Length < 1 || r.Start+r.Length > units16(fragment) {
				t.Fatalf("%q in %q: %v", query, fragment, ranges)
			}
			last = r.Start + r.Length
		}
	})
}
