package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// TestMutationTrips counts the round trips of changes: of one article with links of every kind, and of many at once.
func TestMutationTrips(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		id := regexp.MustCompile(`"id":"([a-z]+_[0-9a-z-]+)"`)
		ask := func(most int, query string, variables any) (ids []string) {
			t.Helper()
			raw, err := json.Marshal(variables)
			if err != nil {
				t.Fatal(err)
			}
			answer := server.Ask(t, query, raw, http.Header{testserver.ActorHeader: {"editor"}})
			for _, found := range id.FindAllSubmatch(answer, -1) {
				ids = append(ids, string(found[1]))
			}
			name := strings.Fields(query)[1]
			if strings.Contains(string(answer), `"message"`) || len(ids) == 0 {
				t.Fatalf("%s: %s", name, answer)
			}
			t.Logf("%s: %d round trips", name, server.Trips())
			if server.Trips() > most {
				t.Errorf("%s: %d round trips, at most %d are allowed", name, server.Trips(), most)
			}
			return ids
		}
		input := map[string]any{
			"title": map[string]any{"text": "Đi chợ nổi"}, "section": "section_tin-tuc", "tags": []string{"tag_cnnttb"},
			"body": map[string]any{"markdown": "Một đoạn."},
		}
		made := ask(5,
			"mutation create($input: ArticleInput!) { createArticle(input: $input) { article { id version slug title } userErrors { message } } }",
			map[string]any{"input": input})[0]
		moved := func(name string, version int) {
			t.Helper()
			ask(5, "mutation "+name+" ($id: ID!, $version: Int!) { "+name+"(id: $id, version: $version) { content { id version status } userErrors { message } } }",
				map[string]any{"id": made, "version": version})
		}
		update := func(name string, version int, input map[string]any) {
			t.Helper()
			ask(5, "mutation "+name+" ($id: ID!, $version: Int!, $input: ArticleInput!) { updateArticle(id: $id, version: $version, input: $input) { article { id version title } userErrors { message } } }",
				map[string]any{"id": made, "version": version, "input": input})
		}
		update("updateTitle", 1, map[string]any{"title": map[string]any{"text": "Đi chợ nổi Cái Răng"}})
		update("updateLinks", 2, map[string]any{"tags": []string{}, "section": "section_trang-chu"})
		moved("publish", 3)
		update("updatePublished", 4, map[string]any{"lead": map[string]any{"text": "Chợ sớm."}})
		moved("publish", 5)
		moved("unpublish", 6)

		const n = 100
		items := make([]any, n)
		for i := range items {
			each := map[string]any{
				"title":   map[string]any{"text": fmt.Sprintf("Bài loạt %d", i%50)},
				"section": "section_tin-tuc", "tags": []string{"tag_cnnttb"},
			}
			items[i] = map[string]any{"article": each}
		}
		ids := ask(60,
			"mutation bulkCreate($items: [ContentInput!]!) { bulkCreate(items: $items, idempotencyKey: \"lot\") { id userErrors { message } } }", map[string]any{"items": items})
		again := ask(60,
			"mutation bulkCreate($items: [ContentInput!]!) { bulkCreate(items: $items, idempotencyKey: \"lot\") { id userErrors { message } } }", map[string]any{"items": items})
		if fmt.Sprint(ids) != fmt.Sprint(again) || len(ids) != n {
			t.Errorf("%d were made; again: %v, %v", len(ids), ids, again)
		}
		for i, id := range ids {
			items[i] = map[string]any{
				"id": id, "version": 1,
				"input": map[string]any{"article": map[string]any{"lead": map[string]any{"text": "Mới."}}},
			}
		}
		ask(60, "mutation bulkUpdate($items: [ContentChange!]!) { bulkUpdate(items: $items) { id userErrors { message } } }",
			map[string]any{"items": items})
		for i, id := range ids {
			items[i] = map[string]any{"id": id, "version": 2}
		}
		ask(60, "mutation bulkMove($items: [EntryVersion!]!) { bulkMove(action: PUBLISH, items: $items) { id userErrors { message } } }", map[string]any{"items": items})
	})
}
