package content

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestIDs(t *testing.T) {
	now := time.Date(2020, 12, 2, 7, 30, 0, 0, time.UTC)
	for _, kind := range Kinds() {
		id := NewID(kind, now)
		if got, ok := id.Kind(); !ok || got != kind {
			t.Errorf("%s is of the kind %s, %t", id, got, ok)
		}
		if later := NewID(kind, now.Add(time.Millisecond)); strings.Compare(string(id), string(later)) >= 0 {
			t.Errorf("%s does not sort before %s, which is later", id, later)
		}
	}
	for _, bad := range []ID{
		"", "article", "article_", "Article_x", "article_X", "article_$", "nothing_x",
		"article_" + ID(strings.Repeat("x", 64)), "article_x\n",
	} {
		if kind, ok := bad.Kind(); ok {
			t.Errorf("%q is taken for a %s", bad, kind)
		}
	}
}

func TestPaths(t *testing.T) {
	for _, kind := range Kinds() {
		got, slug, ok := ParsePath(kind.Path("a-b"))
		if !ok || got != kind || slug != "a-b" {
			t.Errorf("%s is read as %s %q %t", kind.Path("a-b"), got, slug, ok)
		}
	}
	for _, bad := range []string{
		"", "/", "articles/x", "/articles", "/articles/", "/articles/a/b", "/nothing/x",
		"//articles/x",
	} {
		if _, _, ok := ParsePath(bad); ok {
			t.Errorf("%q is taken for an address", bad)
		}
	}
	if KindArticle.Path("") != "" {
		t.Error("an empty slug has an address")
	}
}

func TestChain(t *testing.T) {
	l := Languages{Default: "vi", Locales: []Locale{"vi", "en", "fr"}}
	for asked, want := range map[Locale][]Locale{
		"":           {"vi", "en", "fr"},
		"vi":         {"vi", "en", "fr"},
		"en":         {"en", "vi", "fr"},
		"en-GB":      {"en", "vi", "fr"},
		"EN":         {"en", "vi", "fr"},
		"fr-Latn-CA": {"fr", "vi", "en"},
		"de":         {"vi", "en", "fr"},
	} {
		if got := l.Chain(asked); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", asked, got, want)
		}
	}
}

func TestText(t *testing.T) {
	text := Text{"vi": "Tin tức", "en": ""}
	if s, l := text.In([]Locale{"en", "vi"}); s != "Tin tức" || l != "vi" {
		t.Errorf("an empty text does not fall back: %q %q", s, l)
	}
	if s, l := (Text{Undetermined: "a.png"}).In([]Locale{"en", "vi"}); s != "a.png" || l != "en" {
		t.Errorf("a text of no language: %q %q", s, l)
	}
	if s, l := (Text{"ja": "ニュース", "fr": "Actualités", "de": ""}).In([]Locale{"en", "vi"}); s != "Actualités" ||
		l != "fr" {
		t.Errorf("a text in languages that are not asked: %q %q", s, l)
	}
	if b := (RichText{"ja": {{}}, "fr": {{}}, "de": {}}).In([]Locale{"en", "vi"}); b == nil || b.Locale != "fr" {
		t.Errorf("a body in languages that are not asked: %+v", b)
	}
	if s, l := Text(nil).In([]Locale{"vi"}); s != "" || l != "" {
		t.Errorf("no text: %q %q", s, l)
	}
}

func TestLinks(t *testing.T) {
	a := &Article{
		Base: Base{ID: "article_a"}, SectionID: "section_a", TagIDs: []ID{"tag_a", "tag_b"},
		Body: RichText{"vi": {{Image: &ImageBlock{MediaID: "media_a"}}}},
	}
	got := Links(a)
	slices.Sort(got)
	if want := []ID{"media_a", "section_a", "tag_a", "tag_b"}; !slices.Equal(got, want) {
		t.Errorf("links %v, want %v", got, want)
	}
}
