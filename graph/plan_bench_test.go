//go:build bench

package graph_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"sen/graph"
	"sen/graph/limits"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// list asks for twenty articles with fifteen fields each.
const list = `{ articles { nodes { id slug path label locale locales status version createdAt updatedAt publishedAt title lead byline readingMinutes } } }`

// BenchmarkPlan writes a list of 20 × 15 fields by its plan, by gqlgen's executor, and by encoding/json from structs
// with the same fields. It reads nothing from a store.
func BenchmarkPlan(b *testing.B) {
	store := testkit.SampleStore(b, testkit.Embedded(b))
	resolver := graph.NewResolver(store, newsroom.New(store, newsroom.Options{Log: testkit.Log(b)}), nil, nil,
		testserver.PublicURL)
	graph.AnswerArticles(resolver, articles())
	for name, walk := range map[string]bool{"planned": false, "gqlgen": true} {
		exec := graph.NewExecutor(resolver, graph.Options{Limits: limits.Default, Log: testkit.Log(b), Walk: walk})
		b.Run(name, func(b *testing.B) { execute(b, exec, list) })
	}
	b.Run("planned, without write", func(b *testing.B) {
		graph.WithoutShortcuts(resolver)
		execute(b, graph.NewExecutor(resolver, graph.Options{Limits: limits.Default, Log: testkit.Log(b)}), list)
	})
	b.Run("encoding/json", func(b *testing.B) {
		exec := graph.NewExecutor(resolver, graph.Options{Limits: limits.Default, Log: testkit.Log(b)})
		op, ctx := operation(b, exec, list)
		responses, ctx := exec.DispatchOperation(ctx, op)
		var data struct{ Articles struct{ Nodes []row } }
		if err := json.Unmarshal(responses(ctx).Data, &data); err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkFind answers with the authors and tags of articles, which are in memory: appended by find, and as separate
// lists by answer.
func BenchmarkFind(b *testing.B) {
	const authors = `{ articles(first: 20) { nodes { id authors { id organization { id } } tags { id } section { id } } } }`
	store := testkit.SampleStore(b, testkit.Embedded(b))
	for name, change := range map[string]func(*graph.Resolver){
		"find":   func(*graph.Resolver) {},
		"answer": graph.WithoutShortcuts,
	} {
		resolver := graph.NewResolver(store, newsroom.New(store, newsroom.Options{Log: testkit.Log(b)}), nil, nil,
			testserver.PublicURL)
		change(resolver)
		exec := graph.NewExecutor(resolver, graph.Options{Limits: limits.Default, Log: testkit.Log(b)})
		b.Run(name, func(b *testing.B) { execute(b, exec, authors) })
	}
}

// execute runs a query repeatedly.
func execute(b *testing.B, exec *executor.Executor, text string) {
	op, ctx := operation(b, exec, text)
	b.ReportAllocs()
	for b.Loop() {
		responses, ctx := exec.DispatchOperation(ctx, op)
		if response := responses(ctx); len(response.Errors) > 0 {
			b.Fatal(response.Errors)
		}
	}
}

// row has the fields of an article in the list.
type row struct {
	ID             string    `json:"id"`
	Slug           string    `json:"slug"`
	Path           string    `json:"path"`
	Label          string    `json:"label"`
	Locale         string    `json:"locale"`
	Locales        []string  `json:"locales"`
	Status         string    `json:"status"`
	Version        int       `json:"version"`
	CreatedAt      time.Time `json:"createdAt"`
	UpdatedAt      time.Time `json:"updatedAt"`
	PublishedAt    time.Time `json:"publishedAt"`
	Title          string    `json:"title"`
	Lead           string    `json:"lead"`
	Byline         string    `json:"byline"`
	ReadingMinutes int       `json:"readingMinutes"`
}

// articles returns a page with realistic articles.
func articles() *content.Connection[*content.Article] {
	page := &content.Connection[*content.Article]{}
	at := time.Date(2020, 12, 2, 7, 30, 0, 0, time.UTC)
	for range content.DefaultPage {
		page.Nodes = append(page.Nodes, &content.Article{
			Base: content.Base{
				ID: "article_hop-mat", Slug: "hop-mat-doanh-nghiep-dong-thap", Version: 3,
				CreatedAt: at, UpdatedAt: at, PublishedAt: at,
			},
			Title:          content.Text{"vi": "Họp mặt doanh nghiệp và trao giải “Sen Vàng” tỉnh Đồng Tháp"},
			Lead:           content.Text{"vi": "Sáng nay, tỉnh họp mặt các doanh nghiệp tiêu biểu, lắng nghe khó khăn sau dịch bệnh và trao bốn mươi giải thưởng."},
			Byline:         content.Text{"vi": "Nguyệt Ánh – Văn phòng Ủy ban nhân dân"},
			ReadingMinutes: content.Minutes{"vi": 4},
		})
		page.Cursors = append(page.Cursors, "")
	}
	return page
}

// operation prepares a query that is run many times.
func operation(b *testing.B, exec *executor.Executor, text string) (*graphql.OperationContext, context.Context) {
	ctx := graphql.StartOperationTrace(context.Background())
	params := &graphql.RawParams{Query: text, Headers: http.Header{}}
	if _, errs := exec.CreateOperationContext(ctx, params); errs != nil {
		b.Fatal(errs)
	}
	op, errs := exec.CreateOperationContext(ctx, params)
	if errs != nil {
		b.Fatal(errs)
	}
	return op, ctx
}
