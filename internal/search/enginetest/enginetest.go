package enginetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sen/internal/content"
	"sen/internal/search"
)

const (
	// documents is the number of documents that are compared.
	documents = 400
	// requests is the number of requests that are compared.
	requests = 600
	// everything is a size for all hits.
	everything = 10_000
)

var bothStages = []search.Stage{search.Published, search.Drafts}

// notChanged selects the documents that hide nothing: without it, a request for both stages has entries twice.
var notChanged = search.Not{Query: search.KeyIs{Key: search.KeyChanged, Values: []string{"yes"}}}

// Run tests an engine: it must answer like a [Naive]. The function opens an empty engine, which Run closes.
func Run(t *testing.T, open func(t *testing.T) search.Engine) {
	t.Helper()
	t.Run("like the plain engine", func(t *testing.T) { testRandom(t, opened(t, open)) })
	t.Run("empty", func(t *testing.T) { testEmpty(t, opened(t, open)) })
	t.Run("empty queries", func(t *testing.T) { testEmptyQueries(t, opened(t, open)) })
	t.Run("pages", func(t *testing.T) { testPages(t, opened(t, open)) })
	t.Run("versions", func(t *testing.T) { testVersions(t, opened(t, open)) })
	t.Run("typos", func(t *testing.T) { testTypos(t, opened(t, open)) })
	t.Run("ended contexts", func(t *testing.T) { testEnded(t, opened(t, open)) })
	t.Run("errors of callers", func(t *testing.T) { testCallersError(t, opened(t, open)) })
}

// opened opens an engine for a test.
func opened(t *testing.T, open func(t *testing.T) search.Engine) search.Engine {
	t.Helper()
	e := open(t)
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return e
}

// pair is an engine and the plain one, which get the same changes.
type pair struct {
	engine search.Engine
	plain  *Naive
}

func (p pair) write(t *testing.T, changes []search.Change) {
	t.Helper()
	for _, e := range []search.Engine{p.engine, p.plain} {
		if err := e.Write(t.Context(), changes); err != nil {
			t.Fatal(err)
		}
	}
}

// testRandom compares answers over random documents: when they are new, and after some were changed and removed.
func testRandom(t *testing.T, e search.Engine) {
	r := random{rand.New(rand.NewPCG(1, 2))} //nolint:gosec // repeatable
	p := pair{e, NewNaive()}
	for from := 0; from < documents; from += documents / 4 {
		p.write(t, r.changes(1, from, from+documents/4))
	}
	p.compare(t, r, requests/2)
	p.write(t, r.changes(2, 0, documents/3))
	var removals []search.Change
	for n := documents / 5; n < documents/2; n++ {
		for _, stage := range bothStages {
			removals = append(removals, search.Change{Stage: stage, ID: content.ID(fmt.Sprint("article_", n)), Version: 3})
		}
	}
	p.write(t, removals)
	p.compare(t, r, requests/2)
}

// compare compares all kinds of answers.
func (p pair) compare(t *testing.T, r random, requests int) {
	t.Helper()
	for n := range requests {
		request := r.request()
		want, got := answers(t, p, func(e search.Engine) (*search.Result, error) { return e.Find(t.Context(), request) })
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("request %d: %s\n%s", n, text(request), d)
		}
	}
	for _, stages := range [][]search.Stage{bothStages[:1], bothStages[1:], bothStages} {
		p.compareTerms(t, r, stages)
	}
	for _, stage := range bothStages {
		want, got := answers(t, p, func(e search.Engine) (map[content.ID]string, error) { return signatures(t, e, stage) })
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("signatures of %s: %s", stage, d)
		}
		n, count := answers(t, p, func(e search.Engine) (int, error) { return e.Documents(t.Context(), stage) })
		if n != count {
			t.Errorf("%s has %d documents, want %d", stage, count, n)
		}
	}
}

// compareTerms compares frequencies and expansions.
func (p pair) compareTerms(t *testing.T, r random, stages []search.Stage) {
	t.Helper()
	var terms []search.Term
	for _, field := range search.Fields() {
		for _, word := range append(vocabulary, "unknown") {
			terms = append(terms, search.Term{Field: field, Text: word})
		}
	}
	type frequencies struct {
		Total int
		Of    []int
	}
	want, got := answers(t, p, func(e search.Engine) (f frequencies, err error) {
		f.Total, f.Of, err = e.Frequencies(t.Context(), stages, terms)
		return f, err
	})
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("frequencies in %s: %s", stages, d)
	}
	for _, term := range terms {
		word := []rune(term.Text)
		for _, x := range []search.Expansion{
			{Field: term.Field, Text: string(word[:1+r.IntN(len(word))])},
			{Field: term.Field, Text: term.Text, Typo: true},
		} {
			limit := pick(r, 1, 3, 100)
			want, got := answers(t, p, func(e search.Engine) ([]search.Expanded, error) {
				return e.Expand(t.Context(), stages, x, limit)
			})
			if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("%+v in %s, at most %d: %s", x, stages, limit, d)
			}
		}
	}
}

// answers returns the answers of the plain engine and of the other.
func answers[T any](t *testing.T, p pair, ask func(search.Engine) (T, error)) (want, got T) {
	t.Helper()
	want, err := ask(p.plain)
	if err != nil {
		t.Fatal(err)
	}
	if got, err = ask(p.engine); err != nil {
		t.Fatal(err)
	}
	return want, got
}

func signatures(t *testing.T, e search.Engine, stage search.Stage) (map[content.ID]string, error) {
	t.Helper()
	all := map[content.ID]string{}
	err := e.Signatures(t.Context(), stage, func(id content.ID, signature string) error {
		if _, again := all[id]; again {
			return fmt.Errorf("%s comes twice", id)
		}
		all[id] = signature
		return nil
	})
	return all, err
}

// testEnded checks that a call whose context has ended returns an error.
func testEnded(t *testing.T, e search.Engine) {
	ended, end := context.WithCancel(t.Context())
	end()
	_, findErr := e.Find(ended, search.Request{Stages: bothStages, Match: search.Everything{}, Size: 1})
	_, _, frequenciesErr := e.Frequencies(ended, bothStages, []search.Term{{Field: search.Title, Text: "hoi"}})
	_, expandErr := e.Expand(ended, bothStages, search.Expansion{Field: search.Title, Text: "h"}, 3)
	signaturesErr := e.Signatures(ended, search.Drafts, func(content.ID, string) error { return nil })
	_, documentsErr := e.Documents(ended, search.Drafts)
	writeErr := e.Write(ended, []search.Change{{Stage: search.Drafts, ID: "a", Document: titled("hoi")}})
	for name, err := range map[string]error{
		"find": findErr, "frequencies": frequenciesErr, "expand": expandErr, "signatures": signaturesErr,
		"documents": documentsErr, "write": writeErr,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, err := e.Documents(t.Context(), search.Drafts); n != 0 || err != nil {
		t.Errorf("there are %d documents: %v", n, err)
	}
}

// testCallersError checks that Signatures ends with the error of the function that it calls.
func testCallersError(t *testing.T, e search.Engine) {
	write(t, e, put("a", 1, "hoi"), put("b", 1, "hoi"))
	calls, own := 0, errors.New("enough")
	err := e.Signatures(t.Context(), search.Published, func(content.ID, string) error {
		calls++
		return own
	})
	if !errors.Is(err, own) || calls != 1 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}
