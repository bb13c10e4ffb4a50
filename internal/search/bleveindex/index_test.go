package bleveindex_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/search"
	"sen/internal/search/bleveindex"
	"sen/internal/search/enginetest"
	"sen/internal/testkit"
)

var stages = []search.Stage{search.Published, search.Drafts}

func TestEngine(t *testing.T) {
	enginetest.Run(t, func(t *testing.T) search.Engine { return opened(t, t.TempDir()) })
}

// opened opens the index in a folder. The caller closes it.
func opened(t *testing.T, dir string) *bleveindex.Index {
	t.Helper()
	x, err := bleveindex.Open(dir, testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// logged opens the index in a folder, and returns what Open logs.
func logged(t *testing.T, dir string) (*bleveindex.Index, string) {
	t.Helper()
	var log bytes.Buffer
	x, err := bleveindex.Open(dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return x, log.String()
}

func closed(t *testing.T, x *bleveindex.Index) {
	t.Helper()
	if err := x.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// batch returns the documents of a batch, which have its number in their ids and their titles.
func batch(stage search.Stage, number, size int) (changes []search.Change) {
	for n := range size {
		changes = append(changes, search.Change{
			Stage: stage, ID: content.ID(fmt.Sprintf("article_%d_%d", number, n)), Version: int64(number),
			Document: &search.Document{
				Signature: fmt.Sprint(number),
				Tokens:    map[search.Field][]string{search.Title: {fmt.Sprint("b", number), fmt.Sprint("n", n), "all"}},
				Keys:      map[search.Key][]string{search.KeyKind: {"article"}, search.KeyTag: {fmt.Sprint(n % 7)}},
				Times:     map[search.Time]int64{search.TimeSort: int64(n)},
			},
		})
	}
	return changes
}

func write(t *testing.T, x *bleveindex.Index, changes []search.Change) {
	t.Helper()
	if err := x.Write(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
}

// filled fills the index in a folder with several segments and removed documents, and closes it.
func filled(t *testing.T, dir string) {
	t.Helper()
	x := opened(t, dir)
	for number := range 5 {
		write(t, x, append(batch(search.Published, number, 100), batch(search.Drafts, number, 40)...))
	}
	removals := batch(search.Published, 2, 30)
	for i := range removals {
		removals[i].Document, removals[i].Version = nil, 10
	}
	write(t, x, removals)
	closed(t, x)
}

// answers returns everything that an index says about a stage.
func answers(t *testing.T, x *bleveindex.Index, stage search.Stage) map[string]any {
	t.Helper()
	in := []search.Stage{stage}
	signatures := map[content.ID]string{}
	err := x.Signatures(t.Context(), stage, func(id content.ID, signature string) error {
		signatures[id] = signature
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := search.KeyIs{Key: search.KeyKind, Values: []string{"article"}}
	found, err := x.Find(t.Context(), search.Request{
		Stages: in, Match: all, Size: 1000, Facets: map[search.Key]int{search.KeyTag: 10, search.KeyKind: 10},
		Boosts: []search.Boost{{Query: search.Prefix{Field: search.Title, Text: "n1"}, Weight: 3}},
	})
	if err != nil {
		t.Fatal(err)
	}
	expanded, err := x.Expand(t.Context(), in, search.Expansion{Field: search.Title}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	similar, err := x.Expand(t.Context(), in, search.Expansion{Field: search.Title, Text: "n12", Typo: true}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"signatures": signatures, "found": found, "expanded": expanded, "similar": similar}
}

func TestOpenAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tài liệu #1?")
	filled(t, dir)
	var want []map[string]any
	for range 3 {
		x, log := logged(t, dir)
		if log != "" {
			t.Errorf("opening logs %s", log)
		}
		var got []map[string]any
		for _, stage := range stages {
			got = append(got, answers(t, x, stage))
		}
		if want == nil {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if n, err := x.Documents(t.Context(), search.Published); n != 470 || err != nil {
			t.Errorf("there are %d documents: %v", n, err)
		}
		closed(t, x)
	}
}

// TestLocked checks that a folder belongs to one program.
func TestLocked(t *testing.T) {
	dir := t.TempDir()
	x := opened(t, dir)
	write(t, x, batch(search.Published, 1, 10))
	for range 2 {
		_, err := bleveindex.Open(dir, testkit.Log(t))
		if err == nil || !strings.Contains(err.Error(), "another program uses the search index in "+dir) ||
			!strings.Contains(err.Error(), "--search-dir") {
			t.Errorf("a second index: %v", err)
		}
	}
	if said, err := other(t, "open", dir).Output(); err != nil || !strings.Contains(string(said), "--search-dir") {
		t.Errorf("another program: %s, %v", said, err)
	}
	write(t, x, batch(search.Published, 2, 10))
	if n, err := x.Documents(t.Context(), search.Published); n != 20 || err != nil {
		t.Errorf("there are %d documents: %v", n, err)
	}
	closed(t, x)
	x = opened(t, dir)
	if n, err := x.Documents(t.Context(), search.Published); n != 20 || err != nil {
		t.Errorf("there are %d documents: %v", n, err)
	}
	closed(t, x)
}

func TestClosed(t *testing.T) {
	x := opened(t, t.TempDir())
	write(t, x, batch(search.Published, 1, 10))
	closed(t, x)
	closed(t, x) // a second close does nothing
	_, findErr := x.Find(t.Context(), search.Request{Stages: stages, Match: search.Everything{}, Size: 1})
	_, _, frequenciesErr := x.Frequencies(t.Context(), stages, []search.Term{{Field: search.Title, Text: "all"}})
	_, expandErr := x.Expand(t.Context(), stages, search.Expansion{Field: search.Title, Text: "a"}, 1)
	_, documentsErr := x.Documents(t.Context(), search.Published)
	for name, err := range map[string]error{
		"find": findErr, "frequencies": frequenciesErr, "expand": expandErr, "documents": documentsErr,
		"signatures": x.Signatures(t.Context(), search.Published, func(content.ID, string) error { return nil }),
		"write":      x.Write(t.Context(), batch(search.Published, 2, 10)),
	} {
		if err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
