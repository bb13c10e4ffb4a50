package enginetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/search"
)

// titled returns a document with some words in its title.
func titled(words ...string) *search.Document {
	return &search.Document{
		Signature: strings.Join(words, " "), Tokens: map[search.Field][]string{search.Title: words},
		Times: map[search.Time]int64{search.TimeSort: 0},
	}
}

// put returns a change that publishes a document.
func put(id content.ID, version int64, words ...string) search.Change {
	return search.Change{Stage: search.Published, ID: id, Version: version, Document: titled(words...)}
}

// remove returns a change that removes a published document.
func remove(id content.ID, version int64) search.Change {
	return search.Change{Stage: search.Published, ID: id, Version: version}
}

func write(t *testing.T, e search.Engine, changes ...search.Change) {
	t.Helper()
	if err := e.Write(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, e search.Engine, r search.Request) *search.Result {
	t.Helper()
	result, err := e.Find(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// testEmpty checks that an empty engine answers.
func testEmpty(t *testing.T, e search.Engine) {
	pair{e, NewNaive()}.compare(t, random{rand.New(rand.NewPCG(3, 4))}, 20) //nolint:gosec // repeatable
	write(t, e)
	write(t, e, remove("a", 1))
	if n, err := e.Documents(t.Context(), search.Published); n != 0 || err != nil {
		t.Errorf("there are %d documents: %v", n, err)
	}
}

// testEmptyQueries checks what queries without parts select.
func testEmptyQueries(t *testing.T, e search.Engine) {
	write(t, e, put("a", 1, "hoi"), put("b", 1, "nghi"))
	for _, test := range []struct {
		q    search.Query
		want int
	}{
		{search.AllOf{}, 2},
		{search.AllOf(nil), 2},
		{search.AnyOf{}, 0},
		{search.AtLeast{}, 2},
		{search.AtLeast{N: 1}, 0},
		{search.KeyIs{Key: search.KeyKind}, 0},
		{search.Between{Time: search.TimeSort}, 2},
		{search.Between{Time: search.TimeStarts}, 0},
		{search.Not{Query: search.AnyOf{}}, 2},
		{search.Not{Query: search.AllOf{}}, 0},
		{search.Not{Query: search.Not{Query: search.Everything{}}}, 2},
		{search.Prefix{Field: search.Title}, 2},
		{search.Prefix{Field: search.Name}, 0},
	} {
		r := search.Request{Stages: bothStages, Match: test.q, Size: 5}
		if got := find(t, e, r); got.Total != test.want || len(got.Hits) != test.want {
			t.Errorf("%s selects %d documents, and has %d hits; want %d", text(test.q), got.Total, len(got.Hits), test.want)
		}
		r.Size = 0
		if got := find(t, e, r); got.Total != test.want || len(got.Hits) != 0 {
			t.Errorf("%s has %d hits of %d in a page of size 0", text(test.q), len(got.Hits), got.Total)
		}
	}
}

// testPages checks that the pages of a request together have all hits once, in their order; many hits have the same
// score and time.
func testPages(t *testing.T, e search.Engine) {
	r := random{rand.New(rand.NewPCG(5, 6))} //nolint:gosec // repeatable
	p := pair{e, NewNaive()}
	p.write(t, r.changes(1, 0, documents))
	for range 12 {
		request := r.request()
		request.Match, request.Facets = search.AllOf{search.Everything{}, notChanged}, nil
		want := find(t, p.plain, request).Hits
		for _, size := range []int{1, 7, 50, len(want), len(want) + 1} {
			var got []search.Place
			request.Size, request.After, request.Uncounted = size, nil, true
			for {
				hits := find(t, e, request).Hits
				got = append(got, hits...)
				if len(hits) < size || len(got) > len(want) || size == 1 && len(got) > documents/4 {
					break
				}
				request.After = &hits[len(hits)-1]
			}
			if size == 1 {
				got, want = got[:documents/4], want[:documents/4]
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("pages of %d: %s\n%s", size, text(request), d)
			}
			want = find(t, p.plain, search.Request{
				Stages: request.Stages, Match: request.Match, Boosts: request.Boosts, Size: everything,
			}).Hits
		}
	}
}

// testVersions checks that of the changes of a document, the one with the highest version holds, however they come.
func testVersions(t *testing.T, e search.Engine) {
	for _, test := range []struct {
		name    string
		batches [][]search.Change
		want    string
	}{
		{"an older document", [][]search.Change{{put("a", 5, "new")}, {put("a", 4, "old")}}, "new"},
		{"an older removal", [][]search.Change{{put("b", 5, "new")}, {remove("b", 4)}}, "new"},
		{"the same version", [][]search.Change{{put("c", 5, "one")}, {put("c", 5, "two")}}, "two"},
		{"after a removal", [][]search.Change{{put("d", 5, "old")}, {remove("d", 6)}, {put("d", 5, "old")}}, ""},
		{"put again", [][]search.Change{{put("e", 5, "old")}, {remove("e", 6)}, {put("e", 7, "new")}}, "new"},
		{"removed before it came", [][]search.Change{{remove("f", 6)}, {put("f", 5, "old")}}, ""},
		{"twice in a batch", [][]search.Change{{put("g", 5, "old"), put("g", 6, "new")}}, "new"},
		{"twice, the older one last", [][]search.Change{{put("h", 6, "new"), put("h", 5, "old")}}, "new"},
		{"put and removed", [][]search.Change{{put("i", 5, "old"), remove("i", 6)}}, ""},
		{"removed, then an older one", [][]search.Change{{put("j", 4, "old")}, {remove("j", 6), put("j", 5, "old")}}, ""},
		{"removed and put", [][]search.Change{{put("k", 4, "old")}, {remove("k", 5), put("k", 6, "new")}}, "new"},
		{"an older one beside others", [][]search.Change{
			{put("l", 5, "new")}, {put("l", 4, "old"), put("m", 1, "other")}, {remove("m", 2)},
		}, "new"},
	} {
		for _, batch := range test.batches {
			write(t, e, batch...)
		}
		id := test.batches[0][0].ID
		all, err := signatures(t, e, search.Published)
		if err != nil {
			t.Fatal(err)
		}
		got, there := all[id]
		if got != test.want || there != (test.want != "") {
			t.Errorf("%s: the index has %q, want %q", test.name, got, test.want)
		}
		for _, word := range []string{"old", "new", "one", "two"} {
			hits := find(t, e, search.Request{
				Stages: bothStages, Match: search.Term{Field: search.Title, Text: word}, Size: everything,
			}).Hits
			found := slices.ContainsFunc(hits, func(p search.Place) bool { return p.ID == id })
			if found != (word == test.want) {
				t.Errorf("%s: found by %q: %t; want %q", test.name, word, found, test.want)
			}
		}
	}
	draft := put("a", 1, "draft")
	draft.Stage = search.Drafts
	write(t, e, draft) // the stages have their own versions
	if all, err := signatures(t, e, search.Drafts); err != nil || all["a"] != "draft" {
		t.Errorf("the drafts are %v: %v", all, err)
	}
}

// testTypos checks which words are one edit away from another, or begin with it. Two letters in the other order are
// two edits.
func testTypos(t *testing.T, e search.Engine) {
	write(t, e, put("1", 1, "nghi", "nghii", "ngh", "nghe", "nghệ", "ngih", "nghiem", "xnghi"), put("2", 1, "nghe", "hi"))
	write(t, e, put("3", 1, "nghix", "nghi"), put("4", 1, "nghiem"))
	write(t, e, remove("3", 2)) // whose word no document has any more
	for typed, want := range map[string]string{
		"nghi":  "nghe/2 ngh/1 nghii/1 nghệ/1 xnghi/1",
		"nghih": "nghi/1 nghii/1 ngih/1",
		"nghé":  "nghe/2 ngh/1 nghi/1 nghệ/1",
		"":      "",
		"h":     "hi/1",
		"nghim": "nghiem/2 nghi/1 nghii/1",
	} {
		all, err := e.Expand(t.Context(), bothStages, search.Expansion{Field: search.Title, Text: typed, Typo: true}, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range all {
			got = append(got, fmt.Sprintf("%s/%d", x.Text, x.Count))
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("one edit away from %q are %s; want %s", typed, got, want)
		}
	}
	all, err := e.Expand(t.Context(), bothStages, search.Expansion{Field: search.Title, Text: "nghi"}, 10)
	want := []search.Expanded{{Text: "nghiem", Count: 2}, {Text: "nghi", Count: 1}, {Text: "nghii", Count: 1}}
	if d := cmp.Diff(want, all); d != "" || err != nil {
		t.Errorf("words with a prefix: %s, %v", d, err)
	}
}

// text returns a query or a request in a readable form.
func text(value any) string {
	switch v := value.(type) {
	case search.Request:
		var boosts []string
		for _, b := range v.Boosts {
			boosts = append(boosts, fmt.Sprintf("%d for %s", b.Weight, text(b.Query)))
		}
		return fmt.Sprintf("%s in %s, boosts %s, facets %v, size %d", text(v.Match), v.Stages, boosts, v.Facets, v.Size)
	case search.AllOf:
		return "AllOf" + texts(v)
	case search.AnyOf:
		return "AnyOf" + texts(v)
	case search.Not:
		return "Not " + text(v.Query)
	case search.AtLeast:
		return fmt.Sprintf("AtLeast %d%s", v.N, texts(v.Of))
	case search.Between:
		return fmt.Sprintf("Between %s %s", v.Time, bounds(v.From, v.To))
	}
	return fmt.Sprintf("%T%+v", value, value)
}

func texts(queries []search.Query) string {
	var all []string
	for _, q := range queries {
		all = append(all, text(q))
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func bounds(bounds ...*int64) string {
	var all []string
	for _, b := range bounds {
		if b == nil {
			all = append(all, "open")
		} else {
			all = append(all, fmt.Sprint(*b))
		}
	}
	return strings.Join(all, " to ")
}
