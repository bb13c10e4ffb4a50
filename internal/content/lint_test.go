package content

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// misreadAs returns a text whose UTF-8 was read as Windows-1252.
func misreadAs(s string) string {
	var read []rune
	for _, b := range []byte(s) {
		r := charmap.Windows1252.DecodeByte(b)
		if r == utf8.RuneError {
			r = rune(b)
		}
		read = append(read, r)
	}
	return string(read)
}

func TestLint(t *testing.T) {
	refused := func(code FindingCode, text string) Finding { return Finding{code, false, text} }
	repaired := func(code FindingCode, text string) Finding { return Finding{code, true, text} }
	for _, c := range []struct {
		text  string
		line  bool
		clean string
		want  []Finding
	}{
		{"Hội nghị sơ kết null", true, "Hội nghị sơ kết null", []Finding{refused(FindingPlaceholder, "null")}},
		{"null", true, "null", []Finding{refused(FindingPlaceholder, "null")}},
		{" undefined \n", true, "undefined", []Finding{refused(FindingPlaceholder, "undefined")}},
		{"NaN sản phẩm", true, "NaN sản phẩm", []Finding{refused(FindingPlaceholder, "NaN")}},
		{"a\n[object Object]", false, "a\n[object Object]", []Finding{refused(FindingPlaceholder, "[object Object]")}},
		{"a\u0000b\u202Ec\u200Bd\ufeff", true, "abcd", []Finding{repaired(FindingControl, "U+0000 U+202E U+200B U+FEFF")}},
		{"a\u2028b", true, "a b", []Finding{repaired(FindingControl, "U+2028")}},
		{"a\u2029b", false, "a\nb", []Finding{repaired(FindingControl, "U+2029")}},
		{misreadAs("Đồng Tháp"), true, "Đồng Tháp", []Finding{repaired(FindingMojibake, misreadAs("Đồng Tháp"))}},
		{"Äá»“ng ThÃ¡p", true, "Đồng Tháp", []Finding{repaired(FindingMojibake, "Äá»“ng ThÃ¡p")}},
		{
			misreadAs(misreadAs("Đồng Tháp")), true, "Đồng Tháp",
			[]Finding{repaired(FindingMojibake, misreadAs(misreadAs("Đồng Tháp")))},
		},
		{
			"NguyÃªn VÄƒn Tá»‘t – Đồng Tháp", true, "NguyÃªn VÄƒn Tá»‘t – Đồng Tháp",
			[]Finding{refused(FindingMojibake, "NguyÃªn VÄƒn Tá»‘t – Đồng Tháp")},
		},
		{"Đ\uFFFDng", true, "Đ\uFFFDng", []Finding{refused(FindingMojibake, "Đ\uFFFDng")}},
		{"a\xff", true, "a\uFFFD", []Finding{refused(FindingMojibake, "a\uFFFD")}},
		{
			norm.NFD.String("Đồng Tháp"), true, "Đồng Tháp",
			[]Finding{repaired(FindingDecomposed, norm.NFD.String("Đồng Tháp"))},
		},
		{"undefined", false, "undefined", []Finding{refused(FindingPlaceholder, "undefined")}},
		{"\nNaN ", false, "\nNaN ", []Finding{refused(FindingPlaceholder, "NaN")}},
		{" \u00a0 ", true, "", []Finding{refused(FindingBlank, "")}},
		{" \u00a0\n", false, " \u00a0\n", []Finding{refused(FindingBlank, "")}},
		{"\u200b\u200d", true, "\u200d", []Finding{repaired(FindingControl, "U+200B"), refused(FindingBlank, "\u200d")}},
		{"  Hai \t dòng\n nối ", true, "Hai dòng nối", nil},
	} {
		clean, got := Lint(c.text, c.line)
		if diff := cmp.Diff(c.want, got); clean != c.clean || diff != "" {
			t.Errorf("%q is kept as %q, want %q\n%s", c.text, clean, c.clean, diff)
		}
	}
	for _, word := range []string{
		"Đồng Tháp", "Nguyễn Văn Tốt", "Café", "“Trích dẫn” – một câu…", "năm 2020", "Ångström",
		"€ 5", "😀 vui", "được người Việt",
	} {
		if clean, got := Lint(misreadAs(word), true); clean != word || len(got) != 1 || !got[0].Repaired {
			t.Errorf("%q is read as %q %v", misreadAs(word), clean, got)
		}
	}
}

// TestLintLeavesAlone checks that Lint does not change texts that look wrong but are right.
func TestLintLeavesAlone(t *testing.T) {
	for _, text := range []string{
		"", "The contract is null and void today", "Annulled", "nullable types", "null-safe", "Nan Madol", "nan", "Null",
		"Undefined", "Phan Nullinh",
		"SÃO PAULO", "“SÃO”", "NÃO…", "NÃO", "ĐÃ", "“ĐÃ”", "ĐÃ…", "XÃ HỘI", "XÃ\u00a0HỘI", "XÃ", "XÃ”", "XÃ…", "XÃ’", "“XÔ",
		"XÃ…VÀ", "«XûHỘI", "CẢ XÃ – HUYỆN",
		"Ã", "â", "á", "ÂM NHẠC", "ÂN", "«Â»", "TÂY ÂU", "ẤM ÁP", "lá»", "“Olá»”", "«Olá»", "NESCAFÉ®", "CAFÉ™", "déjà vu…",
		"l’été…»", "« l’été\u00a0»", "« l’été\u00a0» !",
		"qualité¹²", "Å", "Æ", "Ærø", "Ångström", "Äpfel", "Ärger über Öl", "São João", "coração", "«Ý…»", "Ô… mẹ!", "20 °C",
		"Nº 5", "5 €", "½", "x²",
		"👨‍👩‍👧", "می\u200cخواهم", "❤️", "\u200fשלום", "日本語", "Straße",
	} {
		for _, line := range []bool{true, false} {
			if clean, got := Lint(text, line); clean != text || len(got) > 0 {
				t.Errorf("%q is kept as %q: %v", text, clean, got)
			}
		}
	}
	for _, text := range []string{"Kết quả:\n\tNaN\n", "Một từ null", "null và undefined", "  thụt vào"} {
		if clean, got := Lint(text, false); clean != text || len(got) > 0 {
			t.Errorf("%q is kept as %q: %v", text, clean, got)
		}
	}
}

func FuzzLint(f *testing.F) {
	for _, seed := range []string{
		"", "x", "null", "Äá»“ng ThÃ¡p", "\u200b", "e\u0301", "\xff", "Ã\u200b¡", "â€‹",
		"a\r\nb", "A\u0303¡", "Ä\u0090",
	} {
		f.Add(seed, true)
		f.Add(misreadAs(seed), false)
	}
	f.Fuzz(func(t *testing.T, text string, line bool) {
		clean, first := Lint(text, line)
		if !utf8.ValidString(clean) || !norm.NFC.IsNormalString(clean) {
			t.Errorf("%q is kept as %q", text, clean)
		}
		again, second := Lint(clean, line)
		if again != clean || slices.ContainsFunc(second, func(f Finding) bool { return f.Repaired }) {
			t.Errorf("%q is kept as %q %v, and that as %q %v", text, clean, first, again, second)
		}
		for _, finding := range append(first, second...) {
			if utf8.RuneCountInString(finding.Text) > maxExcerpt {
				t.Errorf("an excerpt of %d signs", utf8.RuneCountInString(finding.Text))
			}
		}
		if line && (strings.TrimSpace(clean) != clean || strings.ContainsAny(clean, "\n\t")) {
			t.Errorf("%q is not in order", clean)
		}
	})
}
