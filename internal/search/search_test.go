package search_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/search"
	"sen/internal/search/enginetest"
)

// entry is an entry of a test: its texts are "title | name | lead | body" in Vietnamese. Later ones are newer.
type entry struct{ id, texts string }

// published is what the tests search in.
var published = []search.Stage{search.Published}

// filled returns an engine with some entries.
func filled(t *testing.T, entries ...entry) *enginetest.Naive {
	t.Helper()
	e := enginetest.NewNaive()
	var changes []search.Change
	for i, in := range entries {
		var texts []search.Text
		for k, value := range strings.Split(in.texts, "|") {
			class := []search.Field{search.Title, search.Name, search.Lead, search.All}[k]
			texts = append(texts, search.Text{Class: class, Locale: "vi", Value: strings.TrimSpace(value)})
		}
		kind := content.KindArticle
		if strings.HasPrefix(in.id, "org") {
			kind = content.KindOrganization
		}
		document := &search.Document{
			Tokens: search.Terms(texts), Keys: map[search.Key][]string{search.KeyKind: {string(kind)}},
			Times: map[search.Time]int64{search.TimeSort: int64(i)},
		}
		changes = append(changes, search.Change{Stage: search.Published, ID: content.ID(in.id), Document: document})
	}
	if err := e.Write(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	return e
}

// found returns the ids of all hits of a query, page by page.
func found(t *testing.T, e search.Engine, q search.Question) (ids string, answer *search.Answer) {
	t.Helper()
	q.Stages = published
	q.Size = 2
	var all []string
	for {
		next, err := search.Search(t.Context(), e, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, hit := range next.Hits {
			all = append(all, string(hit.ID))
		}
		if answer == nil {
			answer = next
		}
		if next.Total != answer.Total || next.Loose != answer.Loose {
			t.Errorf("%q: pages differ: %+v, %+v", q.Text, answer, next)
		}
		if len(next.Hits) < 2 {
			if len(all) != answer.Total {
				t.Errorf("%q: %d hits, but the total is %d", q.Text, len(all), answer.Total)
			}
			return strings.Join(all, " "), answer
		}
		q.After = &next.Hits[1]
	}
}

func TestOrder(t *testing.T) {
	e := filled(t,
		entry{"exact", "Hội nghị tái cơ cấu"},
		entry{"title", "Tin về hội nghị tái cơ cấu năm 2020"},
		entry{"unaccented", "Hoi nghi tai co cau"},
		entry{"apart", "Cấu hội cơ nghị tái"},
		entry{"name", "Tin | Hội nghị tái cơ cấu"},
		entry{"lead", "Tin | | Về hội nghị tái cơ cấu"},
		entry{"body", "Tin | | | Hôm qua có hội nghị tái cơ cấu"},
		entry{"bodyNewer", "Tin | | | Hôm nay có hội nghị tái cơ cấu"},
		entry{"scattered", "Tin | | | cấu, cơ, tái, nghị, hội"},
		entry{"prefix", "Hội nghị tái cơ cấuxyz"},
		entry{"other", "Bài khác | | | hoàn toàn khác"},
	)
	for query, want := range map[string]string{
		"Hội nghị tái cơ cấu": "exact unaccented title name lead bodyNewer body apart prefix scattered",
		"hoi nghi tai co cau": "unaccented exact title apart name lead bodyNewer body prefix scattered",
		"HOI NGHI TAI CO CẤU": "exact unaccented title name lead bodyNewer body apart prefix scattered",
		"Tin | Hôm":           "bodyNewer body",
		"???":                 "",
		"kháck":               "other",
	} {
		if got, _ := found(t, e, search.Question{Text: query}); got != want {
			t.Errorf("%q finds\n%s; want\n%s", query, got, want)
		}
	}
}

func TestTypos(t *testing.T) {
	e := filled(t,
		entry{"a", "Hội nghị tái cơ cấu"}, entry{"b", "Nguyễn Hữu Dũng"}, entry{"c", "Nghề nông | | | nghe nghĩ"},
		entry{"d", "Giải thưởng công nghệ"}, entry{"e", "Công nghiệp"},
	)
	for _, test := range []struct{ query, first, suggestion string }{
		{"hoi nghj tai co cau", "a", "hoi nghi tai co cau"},
		{"hoi ngih tai co cau", "a", "hoi nghi tai co cau"}, // two letters in the other order
		{"hoi nghe tai co cau", "a", "hoi nghi tai co cau"}, // another word
		{"nguyenn huu dung", "b", "nguyen huu dung"},
		{"ngyen huu dung", "b", "nguyen huu dung"},
		{"nguyen huu dng", "b", "nguyen huu dung"}, // three letters of four
		{"Giải thưởng công ngệ", "d", "Giải thưởng công nghe"},
		{"thuowng", "d", "thuong"},
		{"nguyem huuu dunng", "b", "nguyen huu dung"},
		{"hoi nghi tai co cau", "a", ""},
		{"hio", "", ""}, // three letters
		{"giai thuong", "d", ""},
	} {
		got, answer := found(t, e, search.Question{Text: test.query})
		if first, _, _ := strings.Cut(got, " "); first != test.first || answer.Suggestion != test.suggestion {
			t.Errorf("%q finds %s and suggests %q; want %s, %q", test.query, got, answer.Suggestion, test.first,
				test.suggestion)
		}
	}
	if got := search.Spell("hoi nghi tai", []string{"Hội nghị tái cơ cấu", "Tài"}); got != "Hội nghị tái" {
		t.Errorf("spelled %q", got)
	}
}

func TestEnoughStrictHitsStopTheSearch(t *testing.T) {
	var entries []entry
	for i := range search.Enough {
		entries = append(entries, entry{fmt.Sprint(i), "Hội nghị"})
	}
	e := filled(t, append(entries, entry{"x", "Nghịx"})...)
	if got, answer := found(t, e, search.Question{Text: "hoi nghi"}); answer.Loose || answer.Total != search.Enough {
		t.Errorf("%s: %+v", got, answer)
	}
	e.Finds = 0
	_, err := search.Search(t.Context(), e, search.Question{Text: "hoi nghi", Stages: published})
	if err != nil || e.Finds != 1 {
		t.Errorf("%d requests, %v", e.Finds, err)
	}
}

func TestMostWords(t *testing.T) {
	var entries []entry
	for i := range 10 {
		entries = append(entries, entry{fmt.Sprint("x", i), "Tin của năm | | | của và các"})
	}
	e := filled(t, append(entries,
		entry{"three", "Giải thưởng công"}, entry{"two", "Giải thưởng"}, entry{"rare", "Giải pháp | | | thưởng công lao"},
	)...)
	got, _ := found(t, e, search.Question{Text: "giai thuong cong cua cac"})
	if got != "three rare two" {
		t.Errorf("found %s", got)
	}
}

func TestAbbreviationsInQueries(t *testing.T) {
	var a search.Abbreviations
	a.Set("p", []search.Pair{
		{Short: "UBND tỉnh", Name: "Ủy ban nhân dân tỉnh"},
		{Short: "CNNTTB", Name: "Giải thưởng Công nghiệp nông thôn tiêu biểu"},
	})
	a.Set("q", []search.Pair{{Short: "KHTCTH", Name: "Kế hoạch - Tài chính - Tổng hợp"}})
	e := filled(t,
		entry{"name", "Ủy ban nhân dân tỉnh họp"}, entry{"short", "UBND tỉnh họp"}, entry{"apart", "Tỉnh: nhân ban, dân ủy"},
		entry{"award", "Giải thưởng Công nghiệp nông thôn tiêu biểu năm 2020"}, entry{"plan", "Phòng Kế hoạch – Tài chính – Tổng hợp"},
	)
	for query, want := range map[string]string{
		"ubnd":               "short name",
		"UBND tỉnh":          "short name",
		"uy ban nhan dan":    "name short apart",
		"giai thuong cnnttb": "award",
		"phong khtcth":       "plan",
	} {
		if got, _ := found(t, e, search.Question{Text: query, Abbreviations: []*search.Abbreviations{&a}}); got != want {
			t.Errorf("%q finds %s; want %s", query, got, want)
		}
	}
	a.Remove("q")
	if got, _ := found(t, e, search.Question{Text: "khtcth", Abbreviations: []*search.Abbreviations{&a}}); got != "" {
		t.Errorf("a removed abbreviation finds %s", got)
	}
}

func TestStems(t *testing.T) {
	e := enginetest.NewNaive()
	err := e.Write(t.Context(), []search.Change{{Stage: search.Published, ID: "a", Document: &search.Document{
		Tokens: search.Terms([]search.Text{
			{Class: search.Title, Locale: "en", Value: "Annual meetings"},
			{Class: search.Title, Locale: "vi", Value: "Họp thường niên"},
		}),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"meeting", "meetings", "annual meeting", "thuong nien"} {
		if got, answer := found(t, e, search.Question{Text: query, Locales: []content.Locale{"vi", "en"}}); got != "a" {
			t.Errorf("%q finds %q, %+v", query, got, answer)
		}
	}
}

func TestFilterAndNewest(t *testing.T) {
	e := filled(t, entry{"a", "Hội nghị"}, entry{"org", "Hội"}, entry{"c", "Tin | | | hội nghị"})
	articles := search.KeyIs{Key: search.KeyKind, Values: []string{string(content.KindArticle)}}
	for _, test := range []struct {
		q    search.Question
		want string
	}{
		{search.Question{Text: "hội", Filter: articles}, "a c"},
		{search.Question{Text: "hội", Newest: true}, "c org a"},
		{search.Question{Filter: articles}, "c a"},
		{search.Question{}, "c org a"},
	} {
		if got, _ := found(t, e, test.q); got != test.want {
			t.Errorf("%+v finds %s; want %s", test.q, got, test.want)
		}
	}
}

func TestLongQueriesAreRefused(t *testing.T) {
	e := enginetest.NewNaive()
	for _, text := range []string{strings.Repeat("a", search.MaxRunes+1), strings.Repeat("a ", search.MaxUnits+1)} {
		_, err := search.Search(context.Background(), e, search.Question{Text: text})
		if content.CodeOf(err) != content.CodeBadUserInput {
			t.Errorf("%v", err)
		}
	}
	text := strings.Repeat("ă ", search.MaxUnits)
	if _, err := search.Search(context.Background(), e, search.Question{Text: text}); err != nil {
		t.Error(err)
	}
}

// scores checks that requests have scores below 2²⁴.
type scores struct {
	*enginetest.Naive
	t *testing.T
}

func (s scores) Find(ctx context.Context, r search.Request) (*search.Result, error) {
	sum := 0
	for _, b := range r.Boosts {
		sum += b.Weight
	}
	if sum >= 1<<24 {
		s.t.Errorf("the boosts add up to %d", sum)
	}
	return s.Naive.Find(ctx, r)
}

func TestScoresAreExact(t *testing.T) {
	e := filled(t, entry{"a", "Hội nghị tái cơ cấu"}, entry{"b", "một hai ba bốn năm sáu bảy tám chín mười"})
	for _, text := range []string{"a", "ội nghj tai", "một hai ba bốn năm sáu bảy tám chín mười mười một hai"} {
		q := search.Question{Text: text, Stages: published}
		if _, err := search.Search(t.Context(), scores{e, t}, q); err != nil {
			t.Error(err)
		}
	}
}

func TestSuggest(t *testing.T) {
	e := filled(t,
		entry{"old", "Hội nghị tái cơ cấu"}, entry{"org", "Hội Nông dân"}, entry{"named", "Tin | Hội đồng"},
		entry{"middle", "Tin hội nghị"}, entry{"body", "Tin | | | hội nghị"},
	)
	for prefix, want := range map[string][]content.ID{
		"h":           {"org", "old", "middle", "named"},
		"hộ":          {"org", "old", "middle", "named"},
		"hoi":         {"org", "old", "middle", "named"},
		"hoi n":       {"org", "old", "middle"},
		"hoi nghi ta": {"old"},
		"tin h":       {"middle"},
		"x":           nil,
		"?":           nil,
	} {
		places, err := search.Suggest(t.Context(), e, search.Question{Text: prefix, Stages: published, Size: 8})
		if err != nil {
			t.Fatal(err)
		}
		var got []content.ID
		for _, p := range places {
			got = append(got, p.ID)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", prefix, d)
		}
	}
}
