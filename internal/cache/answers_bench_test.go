package cache_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sen/internal/cache"
	"sen/internal/content"
)

// BenchmarkForget measures a change while ten thousand answers are cached, each made from fifty entries. The change
// of one entry drops 25 answers, which are then cached again.
func BenchmarkForget(b *testing.B) {
	const kept, entries, from = 10_000, 20_000, 50
	journal := cache.NewJournal(func() bool { return true })
	a := cache.New(cache.Options{Bytes: 1 << 30, Life: time.Hour, Journal: journal})
	entry := func(n int) cache.Tag { return cache.Entry(content.ID(fmt.Sprintf("article_%d", n%entries))) }
	keys := map[cache.Tag][]int{}
	put := func(n int) {
		a.Fill(context.Background(), key(n), func(context.Context) *cache.Answer {
			made := &cache.Answer{Body: []byte("{}")}
			for i := range from {
				made.Tags = append(made.Tags, entry(n*7+i*31))
			}
			return made
		})
	}
	for n := range kept {
		put(n)
		for i := range from {
			tag := entry(n*7 + i*31)
			keys[tag] = append(keys[tag], n)
		}
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		tag := entry(n)
		journal.Change(tag)
		a.Forget(tag)
		for _, n := range keys[tag] {
			put(n)
		}
	}
}
