package content

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestSlug(t *testing.T) {
	for text, want := range map[string]string{
		"Đi chợ Đồng Tháp":            "di-cho-dong-thap",
		"  Hội nghị: sơ kết (2020)! ": "hoi-nghi-so-ket-2020",
		"ỦY BAN NHÂN DÂN":             "uy-ban-nhan-dan",
		"Straße à l’été":              "strasse-a-l-ete",
		"日本語":                         "",
		"😀":                           "",
		"":                            "",
		"日本 2020":                     "2020",
		strings.Repeat("a", 150):      strings.Repeat("a", 100),
		strings.Repeat("b", 60) + " " + strings.Repeat("c", 39): strings.Repeat("b", 60) + "-" +
			strings.Repeat("c", 39),
		strings.Repeat("b", 60) + " " + strings.Repeat("c", 40) + " d": strings.Repeat("b", 60),
	} {
		if got := Slug(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}

func TestValidSlug(t *testing.T) {
	for slug, want := range map[string]bool{
		"a": true, "a-1": true, "2020": true, strings.Repeat("a", MaxSlug): true,
		"": false, "-a": false, "a-": false, "a--b": false, "A": false, "a_b": false, "a b": false, "đ": false, "a/b": false,
		"a\n":                          false,
		strings.Repeat("a", MaxSlug+1): false,
	} {
		if ValidSlug(slug) != want {
			t.Errorf("%q is valid: %t, want %t", slug, !want, want)
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, seed := range []string{"", "Đồng Tháp", "e\u0301", "\xff", "-a-", "ẞß", strings.Repeat("a-", 100), "日本語", "K"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		slug := Slug(text)
		if slug != "" && !ValidSlug(slug) || len(slug) > madeSlug {
			t.Errorf("%q gives %q", text, slug)
		}
		if again := Slug(slug); again != slug {
			t.Errorf("%q gives %q, and that %q", text, slug, again)
		}
		if c, d := Slug(norm.NFC.String(text)), Slug(norm.NFD.String(text)); c != d {
			t.Errorf("%q gives %q composed and %q decomposed", text, c, d)
		}
	})
}
