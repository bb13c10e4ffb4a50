package opensearch_test

import (
	"fmt"
	"strings"
	"testing"

	"sen/internal/content"
	"sen/internal/search"
)

// title selects documents with a token in their title.
func title(text string) search.Query { return search.Term{Field: search.Title, Text: text} }

// TestQueries asks each kind of query.
func TestQueries(t *testing.T) {
	e := prepared(t)
	for i, text := range []string{"hoi nghi", "hoi thao", "nghi quyet", "nghi"} {
		c := put(content.ID("abcd"[i:i+1]), int64(10-i), text)
		c.Document.Times[search.TimeStarts] = int64(i)
		c.Document.Keys = map[search.Key][]string{search.KeyTag: {"all", fmt.Sprint(i)}}
		write(t, e, c)
	}
	one, two := int64(1), int64(2)
	for want, queries := range map[string][]search.Query{
		"a b c d": {
			nil,
			search.Everything{},
			search.AllOf{},
			search.AtLeast{},
			search.Between{Time: search.TimeStarts},
			search.KeyIs{Key: search.KeyTag, Values: []string{"all", "none"}},
			search.Not{Query: search.AnyOf{}},
		},
		"": {
			search.AnyOf{},
			search.AtLeast{N: 2, Of: []search.Query{title("hoi")}},
			search.Not{Query: search.Everything{}},
			search.KeyIs{Key: search.KeyTag},
			search.Term{Field: search.Name, Text: "hoi"},
			title("ho"),
		},
		"a b":   {title("hoi"), search.Prefix{Field: search.Title, Text: "ho"}},
		"a":     {search.AllOf{title("hoi"), title("nghi")}},
		"a b c": {search.AnyOf{title("hoi"), title("quyet")}},
		"a c":   {search.AtLeast{N: 2, Of: []search.Query{title("hoi"), title("nghi"), title("quyet")}}},
		"c d":   {search.Not{Query: title("hoi")}, search.Between{Time: search.TimeStarts, From: &two}},
		"b c":   {search.Between{Time: search.TimeStarts, From: &one, To: &two}},
		"b d":   {search.KeyIs{Key: search.KeyTag, Values: []string{"1", "3"}}},
	} {
		for _, q := range queries {
			equal(t, fmt.Sprintf("%T %+v", q, q), ids(find(t, e, search.Request{Match: q})), want)
		}
	}
	r := find(t, e, search.Request{Facets: map[search.Key]int{search.KeyTag: 3, search.KeyYear: 5}})
	equal(t, "tags", r.Facets[search.KeyTag], "[{all 4} {0 1} {1 1}]")
	equal(t, "years", r.Facets[search.KeyYear], "[]")
}

// TestFrequencies counts terms over both stages, and after removals.
func TestFrequencies(t *testing.T) {
	e := prepared(t)
	draft := put("a", 1, "hoi nghi")
	draft.Stage = search.Drafts
	write(t, e, put("a", 1, "hoi thao"), put("b", 1, "hoi nghi hoi"), put("c", 1, "hoi"), draft)
	write(t, e, remove("c", 2))
	terms := []search.Term{
		{Field: search.Title, Text: "hoi"}, {Field: search.Title, Text: "nghi"}, {Field: search.Name, Text: "hoi"},
	}
	for _, c := range []struct {
		stages []search.Stage
		want   string
	}{{both, "3 [3 2 0]"}, {both[:1], "2 [2 1 0]"}, {both[1:], "1 [1 1 0]"}} {
		total, counts, err := e.Frequencies(t.Context(), c.stages, terms)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, fmt.Sprint(c.stages), fmt.Sprint(total, " ", counts), c.want)
	}
}

// TestExpand finds terms by a prefix and by one edit, in a field of each kind.
func TestExpand(t *testing.T) {
	for _, field := range []search.Field{search.Title, search.Name.Bigrams(), search.All, search.Lead.Exact()} {
		t.Run(string(field), func(t *testing.T) { testExpand(t, field) })
	}
}

func testExpand(t *testing.T, field search.Field) {
	t.Helper()
	e := prepared(t)
	put := func(id content.ID, text string) search.Change {
		c := put(id, 1, "")
		c.Document.Tokens = map[search.Field][]string{field: strings.Fields(text)}
		return c
	}
	draft := put("d", "nghin")
	draft.Stage = search.Drafts
	write(t, e, put("a", "nghi nghiep nghi. Nghi"), put("b", "nghi nghe gnhi ngi"), put("c", "nghi thi bghi nghị"), draft)
	write(t, e, put("e", "nghx"), remove("e", 2))
	const long = "uniformitarianism_internationalization_đại_hội_đại_biểu_abc" // 60 letters with the x below
	same := strings.Repeat("a", 60)
	write(t, e, put("f", long), put("g", `a.b*"c#~@&<1-5>\`))
	for _, c := range []struct {
		text  string
		typo  bool
		limit int
		want  string
	}{
		{"nghi", false, 10, "[{nghi 3} {nghi. 1} {nghiep 1} {nghin 1}]"},
		{"nghi", false, 2, "[{nghi 3} {nghi. 1}]"},
		{"nghi", true, 10, "[{Nghi 1} {bghi 1} {nghe 1} {nghi. 1} {nghin 1} {nghị 1} {ngi 1}]"},
		{"nghi", true, 2, "[{Nghi 1} {bghi 1}]"},
		{"ngh", true, 1, "[{nghi 3}]"},
		{long[1:], true, 10, "[{" + long + " 1}]"},
		{"x" + long[1:], true, 10, "[{" + long + " 1}]"},
		{`a.b*"c#~@&<1-`, false, 10, `[{a.b*"c#~@&<1-5>\ 1}]`},
		{`a.b*"c#~@&<1-5>`, true, 10, `[{a.b*"c#~@&<1-5>\ 1}]`},
		{same, true, 10, "[]"},
		{same + "a", false, 10, "[]"},
		{".*", false, 10, "[]"},
		{"nghi", false, 0, "[]"},
	} {
		x := search.Expansion{Field: field, Text: c.text, Typo: c.typo}
		list, err := e.Expand(t.Context(), both, x, c.limit)
		if err != nil {
			t.Error(c.text, err)
		}
		equal(t, fmt.Sprint(c.text, c.typo), fmt.Sprint(list), c.want)
	}
}
