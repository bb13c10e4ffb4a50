package embedded

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// The size of the measured folder of a newsroom: published articles of 5 kB with their working copies, as many
// drafts, and some revisions of each.
const (
	published = 20_000
	drafts    = 20_000
	revisions = 100_000
)

var (
	newsroom     string
	makeNewsroom sync.Once
)

// articlePaths are about the columns that articles have in the store.
func articlePaths() (paths []string) {
	for _, at := range []string{"live.", "draft."} {
		for _, field := range []string{
			"slug", "section", "authors", "tags", "event", "publishedAt", "updatedAt", "createdAt", "featured",
			"keys.sort.title.vi", "keys.sort.title.en", "keys.fold.title.vi", "keys.fold.title.en", "keys.fold.summary.vi",
			"keys.fold.summary.en",
			"keys.same.title.vi", "keys.same.title.en", "formerSlugs", "cover", "kind",
		} {
			paths = append(paths, at+field)
		}
	}
	return append(paths, "state", "publishAt", "unpublishAt", "links", "head", "createdBy", "updatedBy")
}

var start = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// copyOf returns one copy of an article.
func copyOf(i int) D {
	title := fmt.Sprintf("Bài viết số %d về Đà Nẵng và miền Trung", i)
	fold := fmt.Sprintf("bai viet so %d ve da nang va mien trung", i)
	summary := strings.Repeat("mot doan tom tat ngan ", 5)
	return D{
		{Key: "slug", Value: fmt.Sprintf("bai-viet-%d", i)},
		{Key: "kind", Value: "NEWS"},
		{Key: "title", Value: M{"vi": title, "en": title}},
		{Key: "section", Value: fmt.Sprintf("section_%d", i%40)},
		{Key: "authors", Value: A{fmt.Sprintf("author_%d", i%300), fmt.Sprintf("author_%d", i%77)}},
		{Key: "tags", Value: A{fmt.Sprintf("tag_%d", i%500), fmt.Sprintf("tag_%d", i%31)}},
		{Key: "publishedAt", Value: start.Add(time.Duration(i) * time.Minute)},
		{Key: "updatedAt", Value: start.Add(time.Duration(i) * time.Minute)},
		{Key: "createdAt", Value: start.Add(time.Duration(i) * time.Minute)},
		{Key: "featured", Value: i%50 == 0},
		{Key: "body", Value: strings.Repeat("Nội dung của bài viết. ", 150)},
		{Key: "keys", Value: D{
			{
				Key: "sort",
				Value: D{{
					Key: "title",
					Value: D{
						{Key: "vi", Value: fmt.Sprintf("%060x", i*7919%published)},
						{Key: "en", Value: fmt.Sprintf("%060x", i)},
					},
				}},
			},
			{
				Key: "fold",
				Value: D{
					{Key: "title", Value: D{{Key: "vi", Value: fold}, {Key: "en", Value: fold}}},
					{Key: "summary", Value: D{{Key: "vi", Value: summary}, {Key: "en", Value: summary}}},
				},
			},
			{Key: "same", Value: D{{Key: "title", Value: D{{Key: "vi", Value: title}, {Key: "en", Value: title}}}}},
		}},
	}
}

func article(i int) D {
	doc := D{
		{Key: "_id", Value: fmt.Sprintf("article_%06d", i)},
		{Key: "version", Value: 3},
		{Key: "state", Value: "PUBLISHED"},
		{Key: "head", Value: fmt.Sprint(i)},
		{Key: "createdBy", Value: "user"},
		{Key: "updatedBy", Value: "user"},
		{Key: "links", Value: A{fmt.Sprintf("section_%d", i%40), fmt.Sprintf("author_%d", i%300)}},
	}
	if i < published {
		doc = append(doc, bson.E{Key: "live", Value: copyOf(i)})
	} else {
		doc[2].Value = "DRAFT"
		doc = append(doc, bson.E{Key: "live", Value: nil})
	}
	return append(doc, bson.E{Key: "draft", Value: copyOf(i)})
}

func revision(i int) D {
	entry := i % (published + drafts)
	return D{
		{Key: "_id", Value: fmt.Sprintf("revision_%06d", i)},
		{Key: "entry", Value: fmt.Sprintf("article_%06d", entry)},
		{Key: "version", Value: i / (published + drafts)},
		{Key: "at", Value: start.Add(time.Duration(i) * time.Second)},
		{Key: "committed", Value: true},
		{Key: "action", Value: "UPDATE"},
		{Key: "copy", Value: copyOf(entry)},
	}
}

// opened opens the newsroom, which is made only once.
func opened(b testing.TB) *DB {
	b.Helper()
	makeNewsroom.Do(func() {
		dir, err := os.MkdirTemp("", "newsroom")
		if err != nil {
			b.Fatal(err)
		}
		newsroom = dir
		db := started(b, dir)
		index(b, db.Table("articles"), articlePaths()...)
		index(b, db.Table("revisions"), "entry", "at", "version", "committed", "action")
		begun := time.Now()
		for name, n := range map[string]int{"articles": published + drafts, "revisions": revisions} {
			for i := 0; i < n; i += 500 {
				var changes []engine.Change
				for k := i; k < i+500; k++ {
					if name == "articles" {
						changes = append(changes, engine.Insert(article(k)))
					} else {
						changes = append(changes, engine.Insert(revision(k)))
					}
				}
				write(b, db.Table(name), changes...)
			}
		}
		closed(b, db)
		b.Logf("made in %s", time.Since(begun))
	})
	return started(b, newsroom)
}

// bench measures a call. An unmeasured first call makes its indexes.
func bench(b *testing.B, call func(table engine.Table) error) {
	db := opened(b)
	table := db.Table("articles")
	if err := call(table); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	before := processor(b)
	for b.Loop() {
		if err := call(table); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(processor(b)-before)/float64(b.N)/1e3, "µs-processor/op")
	closed(b, db)
}

// processor returns the processor time that the program has used so far.
func processor(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// shown is the filter for what readers see; latest is the order of the front page.
var (
	shown  = bson.E{Key: "live.publishedAt", Value: D{{Key: "$gt", Value: time.Unix(0, 0)}}}
	latest = D{{Key: "live.publishedAt", Value: -1}, {Key: "_id", Value: -1}}
	card   = D{
		{Key: "live.title", Value: 1},
		{Key: "live.slug", Value: 1},
		{Key: "live.publishedAt", Value: 1},
		{Key: "live.section", Value: 1},
		{Key: "live.authors", Value: 1},
	}
)

// BenchmarkStart measures a start, and the memory after it.
func BenchmarkStart(b *testing.B) {
	closed(b, opened(b))
	for b.Loop() {
		db, err := Open(newsroom, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-heap")
		b.ReportMetric(resident(b), "MB-resident")
		table, first := db.table("articles"), time.Now()
		idsOf(b, table, engine.Query{Filter: D{shown}, Sort: latest, Limit: 20, Fields: card})
		b.ReportMetric(float64(time.Since(first))/1e6, "ms-first-latest")
		first = time.Now()
		idsOf(b, table, engine.Query{Filter: D{{Key: "live.slug", Value: "bai-viet-777"}, shown}, Limit: 1})
		b.ReportMetric(float64(time.Since(first))/1e6, "ms-first-slug")
		first = time.Now()
		idsOf(b, table, engine.Query{Sort: D{{Key: "draft.keys.sort.title.vi", Value: 1}, {Key: "_id", Value: 1}}, Limit: 20})
		b.ReportMetric(float64(time.Since(first))/1e6, "ms-first-title")
		warmAll(table)
		debug.FreeOSMemory()
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-heap-warm")
		b.ReportMetric(resident(b), "MB-resident-warm")
		closed(b, db)
		b.StartTimer()
	}
}

// resident returns the resident memory of the program in megabytes.
func resident(b *testing.B) float64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip(err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(data), &size, &pages); err != nil {
		b.Fatal(err)
	}
	return float64(pages*os.Getpagesize()) / 1e6
}

func TestMain(m *testing.M) {
	code := m.Run()
	if newsroom != "" {
		_ = os.RemoveAll(newsroom)
	}
	os.Exit(code)
}

// BenchmarkIndexes measures the first use of an index.
func BenchmarkIndexes(b *testing.B) {
	t := opened(b).table("articles")
	for _, path := range []string{"_id", "live.publishedAt", "live.keys.sort.title.vi", "draft.keys.sort.title.vi"} {
		b.Run("order of "+path, func(b *testing.B) {
			for b.Loop() {
				delete(t.orders, orderKey{column: t.column(path)})
				t.order(orderKey{column: t.column(path)})
			}
		})
	}
	for _, path := range []string{"live.slug", "live.tags", "state"} {
		b.Run("postings of "+path, func(b *testing.B) {
			for b.Loop() {
				delete(t.postings, t.column(path))
				t.postingsOf(t.column(path))
			}
		})
	}
}
