package content

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Đồng Tháp": "dong thap", "Đồng\u00a0 Tháp ": "dong thap", "ỦY BAN": "uy ban", "CNNTTB": "cnnttb",
		"e\u0301": "e", "": "", "  ": "", "\t": "", "\u0301": "", "\u200b": "", "Straße": "strasse", "STRAẞE": "strasse",
		"đ Đ ð Ð ɖ Ɖ": "d d d d d d", "\u00d0ồng": "dong", "Đ\u0301": "d",
		"K’Brơi": "k'broi", "KʼBrơi": "k'broi", "K'Brơi": "k'broi", "K‘Brơi": "k'broi", "K´Brơi": "k'broi",
		"K`Brơi": "k'broi", "Ｋ＇Ｂｒơｉ": "k'broi",
		"Ｆｕｌｌ　ｗｉｄｔｈ": "full width", "ﬁne ﬂuﬀ": "fine fluff", "x²": "x2", "№ 5": "no 5", "İstanbul ısı": "istanbul isi",
		"Æsir Œuvre Ørsted Łódź Þór Ħal": "aesir oeuvre orsted lodz thor hal", "a \u2003\t\n b": "a b", "xu\u00adân": "xuan",
		"x\u200by\ufeffz": "xyz",
		"2017–2020":       "2017-2020", "“Sen”": `"sen"`, "ΣΑΣ": "σασ", "😀": "😀", "日本": "日本",
	} {
		if got := Fold(text); got != want {
			t.Errorf("%q folds to %q, want %q", text, got, want)
		}
	}
}

func TestSpelling(t *testing.T) {
	for text, want := range map[string]string{
		"Đồng Tháp": "Đồng Tháp", "K’Brơi": "K'Brơi", "KʼBrơi": "K'Brơi", " Tin\u00a0 tức\t": "Tin tức", "x\u200by": "xy",
		"ﬁ": "ﬁ", "\u00d0ồng": "\u0110ồng", "ð": "ð", "Ｋ": "Ｋ", "": "",
	} {
		if got := Spelling(norm.NFD.String(text)); got != want {
			t.Errorf("%q is spelled %q, want %q", text, got, want)
		}
	}
}

// holds checks that a function returns the same form for all normalization forms of a text, and that applying it twice
// changes nothing.
func holds(t *testing.T, name string, form func(string) string, text string) {
	t.Helper()
	formed := form(text)
	for _, same := range []string{norm.NFC.String(text), norm.NFD.String(text), formed} {
		if got := form(same); got != formed {
			t.Errorf("%s: %+q becomes %+q, and %+q becomes %+q", name, text, formed, same, got)
		}
	}
}

// TestForms tries every character (only a part of the large scripts that no form changes) before an accent and between
// other characters, and random sequences of characters.
func TestForms(t *testing.T) {
	forms := map[string]func(string) string{"Fold": Fold, "Spelling": Spelling}
	var all []rune
	for r := range unicode.MaxRune + 1 {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf) ||
			r%97 != 0 &&
				unicode.In(r, unicode.Han, unicode.Hangul, unicode.Tangut, unicode.Cuneiform, unicode.Egyptian_Hieroglyphs) {
			continue
		}
		all = append(all, r)
		for name, form := range forms {
			for _, text := range []string{string(r) + "\u0301", "a" + string(r) + "\u0323b"} {
				holds(t, name, form, text)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var b strings.Builder
		for range 1 + random.IntN(8) {
			b.WriteRune(all[random.IntN(len(all))])
		}
		for name, form := range forms {
			holds(t, name, form, b.String())
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{
		"", "Đồng Tháp", "e\u0301", "\xff", "İı", "ẞß", "K’", strings.Repeat("\u0301", 40), "´",
		"ŉ",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "\uFFFD")
		holds(t, "Fold", Fold, text)
		holds(t, "Spelling", Spelling, text)
	})
}
