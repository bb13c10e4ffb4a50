package opensearch_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"

	"sen/internal/search"
	"sen/internal/testkit"
)

// TestBuild rebuilds the indexes with another analysis while other engines read and write.
func TestBuild(t *testing.T) {
	o := options(testkit.OpenSearch(t).URL())
	old := open(t, o)
	neighbor := prepared(t)
	write(t, neighbor, put("n", 1, "word"))
	if stale, err := old.Prepare(t.Context()); stale || err != nil {
		t.Fatal(stale, err)
	}
	write(t, old, put("a", 1, "word"), put("b", 1, "word"))
	o.Analysis = "2"
	next := open(t, o)
	if stale, err := next.Prepare(t.Context()); !stale || err != nil {
		t.Fatal("another analysis does not need a new index:", err)
	}
	equal(t, "before the build", titled(t, next, "word"), "a b")
	dead, err := next.Build(t.Context()) // nobody finishes it
	if err != nil {
		t.Fatal(err)
	}
	write(t, dead, put("x", 1, "word"))
	build, err := next.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.Write(t.Context(), []search.Change{put("x", 1, "word")}); err == nil {
		t.Error("the indexes of a dead build are still there")
	}
	write(t, build, put("c", 1, "word"))
	write(t, old, put("d", 1, "word"))
	equal(t, "during the build", titled(t, next, "word"), "a b d")
	if err := build.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "after the build", titled(t, old, "word"), "c")
	write(t, old, put("d", 1, "word"))
	equal(t, "a write after the build", titled(t, next, "word"), "c d")
	if stale, err := next.Prepare(t.Context()); stale || err != nil {
		t.Error(stale, err)
	}
	if stale, err := old.Prepare(t.Context()); !stale || err != nil {
		t.Error(stale, err)
	}
	equal(t, "another site", titled(t, neighbor, "word"), "n")
}

// TestAbort gives a build up.
func TestAbort(t *testing.T) {
	e := prepared(t)
	write(t, e, put("a", 1, "word"))
	build, err := e.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := build.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := build.Commit(t.Context()); err == nil {
		t.Error("a build that was given up was committed")
	}
	equal(t, "after the build", titled(t, e, "word"), "a")
}

// TestPrepareTogether prepares the same site from several servers at once.
func TestPrepareTogether(t *testing.T) {
	o := options(testkit.OpenSearch(t).URL())
	var group sync.WaitGroup
	failed := make([]error, 4)
	for i := range failed {
		e := open(t, o)
		group.Go(func() {
			_, failed[i] = e.Prepare(t.Context())
		})
	}
	group.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	e := open(t, o)
	write(t, e, put("a", 1, "word"))
	equal(t, "a write", titled(t, e, "word"), "a")
}

// TestUnprepared uses an engine that nobody prepared, and again after an operator has deleted its indexes.
func TestUnprepared(t *testing.T) {
	o := options(testkit.OpenSearch(t).URL())
	e := open(t, o)
	for range 2 {
		equal(t, "an empty index", titled(t, e, "word"), "")
		write(t, e, put("a", 1, "word"))
		equal(t, "a write", titled(t, e, "word"), "a")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, o.URL+"/"+o.Name+"-*", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if err := e.Write(t.Context(), []search.Change{put("a", 1, "word")}); err == nil {
			t.Error("a write to a deleted index succeeds")
		}
	}
}
