package cache_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sen/internal/cache"
)

// TestMemory checks that a value stays cached until its content changes.
func TestMemory(t *testing.T) {
	var lost atomic.Bool
	journal := cache.NewJournal(func() bool { return !lost.Load() })
	m := cache.NewMemory[int](journal, bound, time.Minute)
	has := func(key string, want int) {
		t.Helper()
		if got, ok := m.Get(key); ok != (want != 0) || got != want {
			t.Errorf("%s: %d, want %d", key, got, want)
		}
	}
	put := func(key string, value int, since uint64, tags ...cache.Tag) { m.Put(key, value, 8, since, tags...) }

	now := journal.Now()
	put("one", 1, now, "article_1")
	put("list", 2, now, "Article", "Tag")
	has("one", 1)
	has("list", 2)
	has("none", 0)
	journal.Change("tag_1", "Tag")
	has("one", 1)
	has("list", 0)
	put("list", 2, now, "Article", "Tag") // made before the change
	has("list", 0)
	put("list", 3, journal.Now(), "Article", "Tag")
	has("list", 3)
	journal.ChangeAll()
	has("one", 0)
	has("list", 0)

	put("one", 4, journal.Now(), "article_1")
	lost.Store(true)
	has("one", 0)
	put("other", 5, journal.Now(), "article_1")
	lost.Store(false)
	has("other", 0)
	if stats := m.Stats(); stats.Refused.Load() != 2 {
		t.Errorf("%d refused, want 2: one made before a change, and one made while no changes were reported",
			stats.Refused.Load())
	}

	put("one", 6, journal.Now(), "article_1")
	for n := range 1 << 17 { // more tags than the journal remembers: older values count as outdated
		journal.Change(cache.Tag("tag_" + strconv.Itoa(n)))
	}
	has("one", 0)
}

// TestMemoryBound checks the bound in bytes.
func TestMemoryBound(t *testing.T) {
	m := cache.NewMemory[int](cache.NewJournal(func() bool { return true }), bound, time.Minute)
	for n := range 10_000 {
		m.Put(strconv.Itoa(n), n, 1000, 0)
	}
	for range 1000 {
		if m.Bytes() <= bound {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if m.Bytes() > bound || m.Bytes() == 0 {
		t.Errorf("%d bytes are kept, %d may be", m.Bytes(), bound)
	}
	var none *cache.Memory[int]
	none.Put("1", 1, 8, 0)
	if _, ok := none.Get("1"); ok {
		t.Error("a nil cache has a value")
	}
	if cache.NewMemory[int](nil, 0, 0) != nil {
		t.Error("a cache of zero bytes has a value")
	}
}

// TestRecent checks that concurrent requests make each value once.
func TestRecent(t *testing.T) {
	r := cache.NewRecent(100)
	var made atomic.Int32
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if got := r.Of("a", func() any { return made.Add(1) }); got != int32(1) {
				t.Errorf("the value is %v", got)
			}
		})
	}
	all.Wait()
	if got := r.Of("b", func() any { return "b" }); got != "b" || made.Load() != 1 {
		t.Errorf("another key has the value %v; the first was made %d times", got, made.Load())
	}
}
