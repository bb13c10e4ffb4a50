package opensearch_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"sen/internal/content"
	"sen/internal/search"
	"sen/internal/search/opensearch"
	"sen/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

var (
	sites atomic.Int64
	both  = []search.Stage{search.Published, search.Drafts}
)

// options are those of a site that no other test uses.
func options(url string) opensearch.Options {
	return opensearch.Options{URL: url, Name: fmt.Sprintf("test_%d", sites.Add(1)), Analysis: "1"}
}

func open(t *testing.T, o opensearch.Options) *opensearch.Engine {
	t.Helper()
	e, err := opensearch.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// prepared returns an engine with empty indexes.
func prepared(t *testing.T) *opensearch.Engine {
	t.Helper()
	e := open(t, options(testkit.OpenSearch(t).URL()))
	if stale, err := e.Prepare(t.Context()); stale || err != nil {
		t.Fatal(stale, err)
	}
	return e
}

// put returns a change that puts a published document with a title.
func put(id content.ID, version int64, title string) search.Change {
	return search.Change{Stage: search.Published, ID: id, Version: version, Document: &search.Document{
		Signature: fmt.Sprint(len(title), " ", version),
		Tokens:    map[search.Field][]string{search.Title: strings.Fields(title)},
		Times:     map[search.Time]int64{search.TimeSort: version},
	}}
}

func remove(id content.ID, version int64) search.Change {
	return search.Change{Stage: search.Published, ID: id, Version: version}
}

type writer interface {
	Write(ctx context.Context, changes []search.Change) error
}

func write(t *testing.T, e writer, changes ...search.Change) {
	t.Helper()
	if err := e.Write(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, e *opensearch.Engine, r search.Request) *search.Result {
	t.Helper()
	if r.Stages == nil {
		r.Stages = []search.Stage{search.Published}
	}
	if r.Size == 0 {
		r.Size = 100
	}
	result, err := e.Find(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// titled returns the ids of the published documents with a token in their title.
func titled(t *testing.T, e *opensearch.Engine, token string) string {
	t.Helper()
	return ids(find(t, e, search.Request{Match: search.Term{Field: search.Title, Text: token}}))
}

func ids(r *search.Result) string {
	list := make([]string, 0, len(r.Hits))
	for _, h := range r.Hits {
		list = append(list, string(h.ID))
	}
	return strings.Join(list, " ")
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: %s, not %s", what, g, w)
	}
}

// TestWrite writes changes twice and in disorder, and checks that the highest version wins.
func TestWrite(t *testing.T) {
	e := prepared(t)
	write(t, e, put("a", 20, "new"), put("a", 10, "old"), put("b", 1, "old"), remove("c", 30), put("d", 5, "old"))
	write(t, e, put("c", 20, "old"), remove("b", 2), put("b", 1, "old"), remove("d", 4))
	write(t, e, put("a", 20, "new"), put("a", 15, "old"))
	equal(t, "new", titled(t, e, "new"), "a")
	equal(t, "old", titled(t, e, "old"), "d")
	write(t, e, put("b", 3, "again"), put("d", 5, "replaced"))
	equal(t, "after a removal", titled(t, e, "again"), "b")
	equal(t, "an equal version", titled(t, e, "replaced"), "d")
	if n, err := e.Documents(t.Context(), search.Published); n != 3 || err != nil {
		t.Error(n, err)
	}
	if n, err := e.Documents(t.Context(), search.Drafts); n != 0 || err != nil {
		t.Error(n, err)
	}
	strange := put("e", 1, "strange")
	strange.Document.Tokens["strange"] = []string{"token"}
	if err := e.Write(t.Context(), []search.Change{strange, put("f", 1, "fine")}); err == nil ||
		!strings.Contains(err.Error(), "strict") {
		t.Error("a field that the mapping does not have:", err)
	}
}

// TestLongTokens checks that a token of any length is one token, or is left out.
func TestLongTokens(t *testing.T) {
	e := prepared(t)
	long, tooLong := strings.Repeat("ộ", 5000), strings.Repeat("ộ", 20000)
	body := put("c", 3, "c")
	body.Document.Tokens[search.All] = []string{"first", long, "last"}
	write(t, e, put("a", 1, long+" a"), put("b", 2, tooLong+" b"), body)
	found := find(t, e, search.Request{Match: search.Term{Field: search.All, Text: long}})
	equal(t, "a long token of a body", ids(found), "c")
	equal(t, "a long token", titled(t, e, long), "a")
	equal(t, "too long a token", titled(t, e, tooLong), "")
	equal(t, "the token beside it", titled(t, e, "b"), "b")
}

// TestPages reads hits with equal scores and times page by page.
func TestPages(t *testing.T) {
	e := prepared(t)
	var changes []search.Change
	for i := range 50 {
		c := put(content.ID(fmt.Sprintf("id%02d", i*7%50)), 1, []string{"even", "odd"}[i%2]+" all")
		c.Stage = both[i%3%2]
		c.Document.Times[search.TimeSort] = 1_700_000_000_000 + int64(i%5)
		changes = append(changes, c)
	}
	write(t, e, changes...)
	r := search.Request{
		Stages: both, Match: search.Term{Field: search.Title, Text: "all"}, Size: 100,
		Boosts: []search.Boost{
			{Query: search.Term{Field: search.Title, Text: "even"}, Weight: 8_000_001},
			{Query: search.Term{Field: search.Title, Text: "all"}, Weight: 3},
			{Query: search.Term{Field: search.Title, Text: "none"}, Weight: 5},
		},
	}
	for _, boosts := range [][]search.Boost{r.Boosts, nil} {
		r.Boosts, r.Size, r.After, r.Uncounted = boosts, 100, nil, false
		all := find(t, e, r)
		equal(t, "total", all.Total, 50)
		sorted := slices.IsSortedFunc(all.Hits, func(a, b search.Place) int {
			if a.Score != b.Score {
				return b.Score - a.Score
			}
			if a.Time != b.Time {
				return int(b.Time - a.Time)
			}
			return strings.Compare(string(a.ID), string(b.ID))
		})
		if !sorted {
			t.Error("not sorted:", all.Hits)
		}
		best := 8_000_004
		if boosts == nil {
			best = 0
		}
		equal(t, "score", all.Hits[0].Score, best)
		var pages []search.Place
		r.Size, r.Uncounted = 7, true
		for {
			page := find(t, e, r)
			if len(page.Hits) == 0 {
				break
			}
			pages = append(pages, page.Hits...)
			r.After = &page.Hits[len(page.Hits)-1]
		}
		equal(t, "the pages", pages, all.Hits)
	}
}

// TestSignatures reads more signatures than fit into one answer.
func TestSignatures(t *testing.T) {
	e := prepared(t)
	const documents = 5003
	changes := make([]search.Change, documents)
	for i := range changes {
		changes[i] = put(content.ID(fmt.Sprint(i)), 1, fmt.Sprint("title", i))
	}
	write(t, e, changes...)
	seen := map[content.ID]string{}
	err := e.Signatures(t.Context(), search.Published, func(id content.ID, signature string) error {
		seen[id] = signature
		return nil
	})
	if err != nil || len(seen) != documents || seen["17"] != "7 1" {
		t.Errorf("%d signatures, %q: %v", len(seen), seen["17"], err)
	}
}
