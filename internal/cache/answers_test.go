package cache_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sen/internal/cache"
)

// bound is the size of the caches in these tests in bytes.
const bound = 1 << 20

// watched is a cache of answers with its journal.
type watched struct {
	*cache.Answers
	journal *cache.Journal
}

// change changes the content with some tags.
func (w watched) change(tags ...cache.Tag) {
	w.journal.Change(tags...)
	w.Forget(tags...)
}

// changeAll changes all content.
func (w watched) changeAll() {
	w.journal.ChangeAll()
	w.ForgetAll()
}

func answers() (watched, *atomic.Bool) {
	current := new(atomic.Bool)
	current.Store(true)
	journal := cache.NewJournal(current.Load)
	return watched{cache.New(cache.Options{Bytes: bound, Life: time.Minute, Journal: journal}), journal}, current
}

// made returns a function that makes an answer with a text and tags.
func made(text string, tags ...cache.Tag) func(context.Context) *cache.Answer {
	return func(context.Context) *cache.Answer {
		return &cache.Answer{Status: http.StatusOK, Body: []byte(text), Tags: tags}
	}
}

func key(n int) (k cache.Key) {
	copy(k[:], fmt.Sprint(n))
	return k
}

// TestForget checks that a change drops exactly the answers that were made from the changed content.
func TestForget(t *testing.T) {
	a, _ := answers()
	a.Fill(t.Context(), key(1), made("one", "article_1", "Article"))
	a.Fill(t.Context(), key(2), made("two", "tag_1"))
	a.Fill(t.Context(), key(3), made("nothing there", "Tag"))
	a.Fill(t.Context(), key(4), made("private"))
	for n, want := range map[int]string{1: "one", 2: "two", 3: "nothing there", 4: ""} {
		if got := a.Get(key(n)); (got == nil) != (want == "") || got != nil && string(got.Body) != want {
			t.Errorf("%d: %v, want %q", n, got, want)
		}
	}
	a.change("tag_2", "Tag") // the empty list gets an element
	if a.Get(key(3)) != nil || a.Get(key(2)) == nil || a.Get(key(1)) == nil {
		t.Error("a change of a kind must drop the answers with its tag, and no others")
	}
	a.change("article_1")
	if a.Get(key(1)) != nil || a.Get(key(2)) == nil {
		t.Error("a change of an entry must drop the answers with its tag, and no others")
	}
	a.changeAll()
	if a.Get(key(2)) != nil {
		t.Error("an answer is left after all were dropped")
	}
}

// TestChangeDuringFill checks that an answer is not cached if its content changes while it is made.
func TestChangeDuringFill(t *testing.T) {
	for name, change := range map[string]func(watched){
		"its entry":  func(a watched) { a.change("article_1") },
		"everything": func(a watched) { a.changeAll() },
		"its entry, and more others than the journal remembers": func(a watched) {
			a.change("article_1")
			for n := range 1 << 16 {
				a.change(cache.Tag(fmt.Sprintf("tag_%d", n)))
			}
		},
	} {
		a, _ := answers()
		a.Fill(t.Context(), key(1), func(ctx context.Context) *cache.Answer {
			old := made("old", "article_1")(ctx)
			change(a)
			return old
		})
		if a.Get(key(1)) != nil || a.Stats().Refused.Load() != 1 {
			t.Errorf("%s changed, and the old answer is still cached", name)
		}
	}
	a, _ := answers()
	answer := a.Fill(t.Context(), key(1), made("old", "article_1"))
	a.change("article_1")
	for range 2 { // the first call only records the key
		if a.Keep(key(2), answer); a.Get(key(2)) != nil {
			t.Error("an answer was cached under another key after its content had changed")
		}
	}
	a.Fill(t.Context(), key(1), func(ctx context.Context) *cache.Answer {
		a.change("tag_7")
		return made("new", "article_1")(ctx)
	})
	if a.Get(key(1)) == nil {
		t.Error("a change of something else refused a fill")
	}
}

// TestSharedFill checks that concurrent requests for the same answer share it, and that a request after a change gets a
// new answer.
func TestSharedFill(t *testing.T) {
	a, _ := answers()
	var fills atomic.Int64
	going, started := make(chan struct{}), make(chan struct{})
	var readers sync.WaitGroup
	fill := func(context.Context) *cache.Answer {
		if fills.Add(1) == 1 {
			close(started)
		}
		<-going
		return made("it", "article_1")(nil)
	}
	ctx, leave := context.WithCancel(t.Context())
	readers.Go(func() { a.Fill(ctx, key(1), fill) })
	<-started
	leave() // the first request is cancelled, and the others still get their answer
	for range 20 {
		readers.Go(func() {
			if got := a.Fill(t.Context(), key(1), fill); string(got.Body) != "it" {
				t.Errorf("%s", got.Body)
			}
		})
	}
	time.Sleep(20 * time.Millisecond) // by now they wait; if not, only fewer requests share the answer
	a.change("article_1")
	readers.Go(func() { a.Fill(t.Context(), key(1), fill) })
	for fills.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	close(going)
	readers.Wait()
	if n := fills.Load(); n > 3 {
		t.Errorf("%d fills", n)
	}
}

// TestLostFeed checks that nothing is cached or read from the cache while no changes are reported.
func TestLostFeed(t *testing.T) {
	a, current := answers()
	a.Fill(t.Context(), key(1), made("old", "article_1"))
	current.Store(false)
	if a.Get(key(1)) != nil {
		t.Error("an answer that may be outdated was returned")
	}
	a.Fill(t.Context(), key(2), made("unsure", "article_1"))
	current.Store(true)
	if a.Get(key(2)) != nil {
		t.Error("an answer that may be outdated was cached")
	}
	a.Fill(t.Context(), key(3), func(ctx context.Context) *cache.Answer {
		current.Store(false)
		return made("unsure", "article_1")(ctx)
	})
	current.Store(true)
	if a.Get(key(3)) != nil {
		t.Error("an answer was cached although the feed was lost while it was made")
	}
}

// TestBound checks the bound in bytes, and that the map of tags shrinks with the dropped answers.
func TestBound(t *testing.T) {
	a, _ := answers()
	for n := range 2000 {
		a.Fill(t.Context(), key(n),
			made(string(bytes.Repeat([]byte("x"), 4096)), cache.Tag(fmt.Sprintf("article_%d", n)), "Article"))
	}
	for range 1000 {
		if a.Bytes() <= bound {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if a.Bytes() > bound {
		t.Errorf("%d bytes are kept, %d may be", a.Bytes(), bound)
	}
	a.Fill(t.Context(), key(-1), made(string(bytes.Repeat([]byte("x"), cache.MaxAnswer+1)), "Article"))
	if a.Get(key(-1)) != nil {
		t.Error("an answer that is too large was cached")
	}
	a.change("Article")
	for n := range 2000 {
		if a.Get(key(n)) != nil {
			t.Fatalf("answer %d is still cached after its change", n)
		}
	}
}

// TestDisabled checks that a cache of zero bytes caches nothing.
func TestDisabled(t *testing.T) {
	a := cache.New(cache.Options{})
	if got := a.Fill(t.Context(), key(1), made("it", "article_1")); string(got.Body) != "it" || a.Get(key(1)) != nil {
		t.Error("a cache of zero bytes must answer and cache nothing")
	}
	a.Forget("article_1")
	a.ForgetAll()
}
