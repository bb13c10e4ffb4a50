package storage_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
)

// named returns the names of the tags that a filter finds, in order.
func named(t *testing.T, store *storage.Store, f content.StringFilter) []string {
	t.Helper()
	return append([]string{},
		tagNames(t, store, storage.List[*content.TagFilter]{Order: "NAME_ASC", Filter: &content.TagFilter{Name: &f}})...)
}

// is returns a filter with the operators that compare exactly.
func is(m content.Match[string]) content.StringFilter { return content.StringFilter{Match: m} }

// TestEqualTexts compares texts that are typed in different ways.
func TestEqualTexts(t *testing.T) {
	names := []string{"K’Brơi", "Ðồng Tháp", "Straße", "Cần\u00a0Thơ", "Ｓｅｎ hồng", "Łódź", "İzmir", "Bông súng"}
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		putTags(t, store, names...)
		all := named(t, store, content.StringFilter{})
		for name, spellings := range map[string][]string{
			"K’Brơi":       {"K'Brơi", "KʼBrơi", "K‘Brơi", "K’Brơi", " K’Brơi\t", "K\u200b’Brơi"},
			"Ðồng Tháp":    {"Đồng Tháp", "\u0189ồng Tháp", "Đồng\u00a0 Tháp"},
			"Cần\u00a0Thơ": {"Cần Thơ", "Cần  Thơ"},
		} {
			others := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == name })
			for _, spelling := range spellings {
				for _, s := range []string{spelling, norm.NFD.String(spelling), norm.NFC.String(spelling)} {
					for operator, got := range map[string][]string{
						"eq": named(t, store, is(content.Match[string]{Eq: &s})),
						"in": named(t, store, is(content.Match[string]{In: []string{"x", s}})),
					} {
						if diff := cmp.Diff([]string{name}, got); diff != "" {
							t.Errorf("%s %+q (-want +got):\n%s", operator, s, diff)
						}
					}
					for operator, got := range map[string][]string{
						"ne":    named(t, store, is(content.Match[string]{Ne: &s})),
						"notIn": named(t, store, is(content.Match[string]{NotIn: []string{"x", s}})),
					} {
						if diff := cmp.Diff(others, got); diff != "" {
							t.Errorf("%s %+q (-want +got):\n%s", operator, s, diff)
						}
					}
				}
			}
		}
		for _, other := range []string{"k'brơi", "K'Broi", "Dồng Tháp", "", " "} { // case and accents matter
			if got := named(t, store, is(content.Match[string]{Eq: &other})); len(got) > 0 {
				t.Errorf("eq %q finds %q", other, got)
			}
		}
		for name, spellings := range map[string][]string{
			"K’Brơi":    {"k'bro", "KʼBRƠ", "k`broi", "k´broi"},
			"Ðồng Tháp": {"dong", "ĐỒNG", "Ðồng", "ðong  thap", "dong\u00a0thap"},
			"Straße":    {"strasse", "STRASSE", "straße", "STRAẞE"}, "Cần\u00a0Thơ": {"can tho", "CẦN\u2003THƠ"},
			"Ｓｅｎ hồng": {"sen hong", "ＳＥＮ"},
			"Łódź":     {"lodz", "łódź"}, "İzmir": {"izmir", "IZMIR", "ızmır"},
		} {
			for _, spelling := range spellings {
				for _, s := range []string{spelling, norm.NFD.String(spelling)} {
					for operator, f := range map[string]content.StringFilter{"contains": {Contains: &s}, "startsWith": {StartsWith: &s}} {
						if diff := cmp.Diff([]string{name}, named(t, store, f)); diff != "" {
							t.Errorf("%s %+q (-want +got):\n%s", operator, s, diff)
						}
					}
				}
			}
		}
		for _, blank := range []string{"", " ", "\t\n", "\u00a0", "\u0301", "\u200b", "\u00ad \ufeff"} {
			for operator, f := range map[string]content.StringFilter{"contains": {Contains: &blank}, "startsWith": {StartsWith: &blank}} {
				if got := named(t, store, f); len(got) > 0 {
					t.Errorf("%s %+q finds %q", operator, blank, got)
				}
				not := &content.TagFilter{Logic: content.Logic[*content.TagFilter]{Not: &content.TagFilter{Name: &f}}}
				all := tagNames(t, store, storage.List[*content.TagFilter]{Filter: not})
				if len(all) != len(names) {
					t.Errorf("not %s %+q finds %q", operator, blank, all)
				}
			}
		}
		// each folds to 18 letters: no pattern of the store may be as long
		long := strings.Repeat("\ufdfa", content.MaxFilterText)
		_, err := store.Tags.Pages(t.Context(),
			storage.List[*content.TagFilter]{Filter: &content.TagFilter{Name: &content.StringFilter{Contains: &long}}},
			[]storage.Within{{}})
		if content.CodeOf(err) != content.CodeBadUserInput {
			t.Errorf("a text that is too long when its ligatures are folded: %v", err)
		}
	})
}

// TestEqualPlainTexts compares the texts without languages.
func TestEqualPlainTexts(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		medium := content.NewEntry(&content.Media{
			Base: content.Base{
				ID: "media_a", Slug: "media-a", Version: 1, CreatedAt: monday, UpdatedAt: monday,
				PublishedAt: monday,
			},
			FileName: "Đồng Tháp.png", FileType: content.MediaImage, MimeType: "image/svg+xml",
		}, true)
		if err := store.Media.Put(t.Context(), []*content.Entry[*content.Media]{medium}); err != nil {
			t.Fatal(err)
		}
		text := func(operator, s string) *content.StringFilter {
			switch operator {
			case "eq":
				return &content.StringFilter{Match: content.Match[string]{Eq: &s}}
			case "contains":
				return &content.StringFilter{Contains: &s}
			}
			return &content.StringFilter{StartsWith: &s}
		}
		for _, c := range []struct {
			name   string
			filter content.MediaFilter
			found  bool
		}{
			{"fileName eq NFD", content.MediaFilter{FileName: text("eq", norm.NFD.String("Đồng Tháp.png"))}, true},
			{"fileName eq case", content.MediaFilter{FileName: text("eq", "đồng tháp.png")}, false},
			{"fileName contains", content.MediaFilter{FileName: text("contains", "ðong THAP.")}, true},
			{"fileName blank", content.MediaFilter{FileName: text("contains", " ")}, false},
			{"mimeType startsWith", content.MediaFilter{MimeType: text("startsWith", "Image/")}, true},
			{"mimeType contains", content.MediaFilter{MimeType: text("contains", "SVG+")}, true},
			{"mimeType blank", content.MediaFilter{MimeType: text("startsWith", "\t")}, false},
			{"slug contains", content.MediaFilter{Common: content.Common{Slug: text("contains", "DIA-")}}, true},
			{"slug blank", content.MediaFilter{Common: content.Common{Slug: text("contains", "\u0301")}}, false},
		} {
			pages, err := store.Media.Pages(t.Context(), storage.List[*content.MediaFilter]{Filter: &c.filter},
				[]storage.Within{{}})
			if err != nil {
				t.Fatal(err)
			}
			if got := len(pages[0].Nodes) > 0; got != c.found {
				t.Errorf("%s: found %t", c.name, got)
			}
		}
	})
}

// TestOutdatedKeys writes keys in the form of another version of the program. They are computed again, once, and
// other entries are not touched.
func TestOutdatedKeys(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		putTags(t, store, "Ðồng Tháp", "Straße", "Sen")
		outdated := func() (n int) {
			t.Helper()
			if err := store.RekeyOutdated(context.Background(), func(done int) { n = done }); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := outdated(); n != 0 {
			t.Errorf("%d entries that were just written are outdated", n)
		}
		old, err := json.Marshal(map[string]any{"live.keys": map[string]any{"fold": map[string]any{"name": map[string]string{"vi": "ðong thap"}}}})
		if err != nil {
			t.Fatal(err)
		}
		testkit.Set(t, e, "tags", "tag_000", string(old)) // of the live copy only
		testkit.Set(t, e, "tags", "tag_001", `{"draft.keys.form": "1[vi en]"}`)
		if n := outdated(); n != 2 {
			t.Errorf("%d entries are outdated, want 2", n)
		}
		if got := named(t, store, content.StringFilter{Contains: new("dong")}); len(got) != 1 {
			t.Errorf("dong finds %q", got)
		}
		if got := named(t, store, is(content.Match[string]{Eq: new("Đồng Tháp")})); len(got) != 1 {
			t.Errorf("Đồng Tháp is %q", got)
		}
		if n := outdated(); n != 0 {
			t.Errorf("%d entries are outdated still", n)
		}
		site := *store.Site()
		site.Languages = content.Languages{Default: "vi", Locales: []content.Locale{"vi", "fr"}}
		if err := store.PutSite(t.Context(), &site); err != nil {
			t.Fatal(err)
		}
		if n := outdated(); n != 3 {
			t.Errorf("the languages changed, and %d of 3 entries are outdated", n)
		}
	})
}
