package embedded

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

func benchFind(b *testing.B, want int, q engine.Query) {
	bench(b, func(table engine.Table) error {
		n := 0
		err := table.Find(context.Background(), q, func(bson.Raw) error {
			n++
			return nil
		})
		if n != want {
			return fmt.Errorf("%d documents, not %d: %w", n, want, err)
		}
		return err
	})
}

func BenchmarkLatest(b *testing.B) {
	benchFind(b, 20, engine.Query{Filter: D{shown}, Sort: latest, Limit: 20, Fields: card})
}

func BenchmarkLatestIDs(b *testing.B) {
	benchFind(b, 20,
		engine.Query{Filter: D{shown}, Sort: latest, Limit: 20, Fields: D{{Key: "live.publishedAt", Value: 1}}})
}

func BenchmarkFiltered(b *testing.B) {
	benchFind(b, 20,
		engine.Query{Filter: D{
			{Key: "live.tags", Value: D{{Key: "$eq", Value: "tag_7"}}},
			{Key: "live.section", Value: D{{Key: "$ne", Value: "section_1"}}},
			shown,
		}, Sort: latest, Limit: 20, Fields: card})
}

func BenchmarkSection(b *testing.B) {
	benchFind(b, 20,
		engine.Query{
			Filter: D{{Key: "live.section", Value: D{{Key: "$eq", Value: "section_7"}}}, shown}, Sort: latest,
			Limit: 20, Fields: card,
		})
}

func BenchmarkDeep(b *testing.B) {
	at := start.Add(5000 * time.Minute)
	benchFind(b, 20, engine.Query{Filter: D{
		{Key: "live.publishedAt", Value: D{{Key: "$lte", Value: at}}},
		{Key: "$or", Value: A{
			D{{Key: "live.publishedAt", Value: D{{Key: "$lt", Value: at}}}},
			D{{Key: "_id", Value: D{{Key: "$lt", Value: "article_005000"}}}},
		}},
		{Key: "$and", Value: A{D{shown}}},
	}, Sort: latest, Limit: 20, Fields: card})
}

func BenchmarkContains(b *testing.B) {
	benchFind(b, 1,
		engine.Query{
			Filter: D{{Key: "live.keys.fold.title.vi", Value: bson.Regex{Pattern: "so 1234 ve"}}, shown},
			Sort:   latest, Limit: 20, Fields: card,
		})
}

func BenchmarkSlug(b *testing.B) {
	benchFind(b, 1,
		engine.Query{
			Filter: D{{Key: "live.slug", Value: "bai-viet-777"}, shown}, Limit: 1,
			Fields: D{{Key: "live", Value: 1}},
		})
}

func BenchmarkID(b *testing.B) {
	benchFind(b, 1, engine.Query{Filter: engine.ByID("article_000777"), Fields: D{{Key: "live", Value: 1}}})
}

func benchCount(b *testing.B, filter D) {
	bench(b, func(table engine.Table) error {
		_, err := table.Count(context.Background(), filter)
		return err
	})
}

func BenchmarkCountShown(b *testing.B) { benchCount(b, D{shown}) }
func BenchmarkCountScan(b *testing.B) {
	benchCount(b, D{{Key: "live.featured", Value: D{{Key: "$ne", Value: true}}}})
}

func BenchmarkCountContains(b *testing.B) {
	benchCount(b, D{{Key: "live.keys.fold.title.vi", Value: bson.Regex{Pattern: "da nang va tram"}}})
}

func BenchmarkUpdate(b *testing.B) {
	i := 0
	bench(b, func(table engine.Table) error {
		i++
		doc := article(rand.IntN(published))
		set := append(D{{Key: "version", Value: i}}, doc[2:]...)
		_, err := table.Write(context.Background(),
			engine.Update(engine.ByID(doc[0].Value.(string)), D{{Key: "$set", Value: set}}))
		return err
	})
}

// warmAll makes all possible indexes.
func warmAll(t *table) {
	for _, path := range articlePaths() {
		t.order(orderKey{column: t.column(path)})
		t.postingsOf(t.column(path))
	}
}

func BenchmarkUpdateWarm(b *testing.B) {
	i := 0
	bench(b, func(of engine.Table) error {
		if i == 0 {
			warmAll(of.(*table))
		}
		i++
		doc := article(rand.IntN(published))
		set := append(D{{Key: "version", Value: i}}, doc[2:]...)
		_, err := of.Write(context.Background(),
			engine.Update(engine.ByID(doc[0].Value.(string)), D{{Key: "$set", Value: set}}))
		return err
	})
}

func BenchmarkInsert(b *testing.B) {
	i := 0
	bench(b, func(table engine.Table) error {
		i++
		doc := article(i)
		doc[0].Value = fmt.Sprintf("new_%d_%d", rand.Int(), i)
		_, err := table.Write(context.Background(), engine.Insert(doc))
		return err
	})
}

func BenchmarkInsert500(b *testing.B) {
	i := 0
	bench(b, func(table engine.Table) error {
		var changes []engine.Change
		for range 500 {
			i++
			doc := article(i)
			doc[0].Value = fmt.Sprintf("new_%d_%d", rand.Int(), i)
			changes = append(changes, engine.Insert(doc))
		}
		_, err := table.Write(context.Background(), changes...)
		return err
	})
}

// BenchmarkWriters measures how many inserts per second several writers reach together. Waiting writers share a
// commit.
func BenchmarkWriters(b *testing.B) {
	for _, writers := range []int{1, 4, 16} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			db := started(b, b.TempDir())
			table := db.Table("articles")
			index(b, table, articlePaths()...)
			commits, before := db.commits, processor(b)
			var made atomic.Int64
			var all sync.WaitGroup
			b.ResetTimer()
			for range writers {
				all.Go(func() {
					for n := int(made.Add(1)); n <= b.N; n = int(made.Add(1)) {
						write(b, table, engine.Insert(article(n)))
					}
				})
			}
			all.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			b.ReportMetric(float64(b.N)/float64(db.commits-commits), "writes/commit")
			b.ReportMetric(float64(processor(b)-before)/float64(b.N)/1e3, "µs-processor/op")
		})
	}
}
