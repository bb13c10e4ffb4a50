package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// TestStoreUnreachable checks that a query and a mutation get the status 503 in both media types while the store is
// unreachable, with a Retry-After, and that no cache may store the answer.
func TestStoreUnreachable(t *testing.T) {
	e := testkit.Embedded(t)
	server := testserver.Start(t, testkit.UncachedStore(t, e), nil)
	if err := e.Open(t).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, media := range []string{"application/json", "application/graphql-response+json"} {
		for _, query := range []string{
			`{ articles(first: 1) { nodes { id } } }`,
			`mutation { createTag(input: {name: [{text: \"Thẻ\"}]}) { tag { id } } }`,
		} {
			body := strings.NewReader(`{"query": "` + query + `"}`)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/graphql", body)
			if err != nil {
				t.Fatal(err)
			}
			response, answer := testserver.Send(t, request,
				"Content-Type", "application/json", "Accept", media, testserver.ActorHeader, "editor")
			if response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "" ||
				!strings.Contains(response.Header.Get("Cache-Control"), "no-store") ||
				!strings.Contains(string(answer), `"UNAVAILABLE"`) {
				t.Errorf("%s as %s is answered %s, %v: %s", query, media, response.Status, response.Header, answer)
			}
		}
	}
}

// gone has queries of what readers see, each of which reads a table in another way.
var gone = map[string]string{
	"a list":                      `{ tags(first: 3) { nodes { name } } }`,
	"how many there are":          `{ articles { totalCount } }`,
	"a list of what is above":     `{ sections(first: 2) { nodes { name articles(first: 2) { nodes { title } } } } }`,
	"an entry by its slug":        `{ article(slug: "hoi-nghi-so-ket-2020") { title tags { name } } }`,
	"by a slug that nobody has":   `{ article(slug: "khong-co") { title } }`,
	"an entry by its id":          `{ node(id: "tag_cnnttb") { id } }`,
	"by a slug that is linked to": `{ articles(filter: {tags: {slugs: ["cnnttb"]}}) { nodes { title } } }`,
}

// TestNoIncompleteAnswerIsCached drops a table below servers that do not know it yet: each gives the same answer as
// before, or none, and no incomplete answer is cached.
func TestNoIncompleteAnswerIsCached(t *testing.T) {
	e := testkit.MongoDB(t)
	for _, table := range []string{"tags", "articles", "sections", "routes", ""} {
		testkit.Drop(t, e)
		testkit.SampleStore(t, e)
		get := func(server *testserver.Server, query string) (*http.Response, string) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
				server.URL+"/graphql?query="+url.QueryEscape(query), nil)
			if err != nil {
				t.Fatal(err)
			}
			response, answer := testserver.Send(t, request, "Apollo-Require-Preflight", "1")
			return response, string(answer)
		}
		servers, before := map[string]*testserver.Server{}, map[string]string{}
		for name, query := range gone {
			servers[name] = testserver.Start(t, testkit.UncachedStore(t, e),
				func(_ *graph.Options, w *web.Options) { w.SharedMaxAge = time.Minute })
			response, answer := get(servers[name], query)
			if before[name] = answer; response.StatusCode != http.StatusOK ||
				!strings.Contains(response.Header.Get("Cache-Control"), "s-maxage=60") {
				t.Fatalf("%s: %s, %v: %s", name, response.Status, response.Header, answer)
			}
		}
		if table == "" {
			testkit.Drop(t, e)
		} else if err := testkit.Database(t, e).Collection(table).Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
		unavailable := 0
		for name, query := range gone {
			response, answer := get(servers[name], query)
			kept := !strings.Contains(response.Header.Get("Cache-Control"), "no-store")
			if strings.Contains(answer, `"UNAVAILABLE"`) {
				unavailable++
			}
			if kept && answer != before[name] || !kept && !strings.Contains(answer, `"UNAVAILABLE"`) {
				t.Errorf("%s was dropped; %s is answered %s, %q: %s", table, name, response.Status,
					response.Header["Cache-Control"], answer)
			}
		}
		if unavailable == 0 {
			t.Errorf("%s was dropped, and all are answered as before", table)
		}
	}
}
