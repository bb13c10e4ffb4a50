package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// TestStoreAway sees that a query and a mutation are answered 503 in both media types while the store can't be reached,
// with when to try again, and that nobody may keep the answer.
func TestStoreAway(t *testing.T) {
	e := testkit.Embedded(t)
	server := testserver.Start(t, testkit.Forgetful(t, e), nil)
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
				!strings.Contains(response.Header.Get("Cache-Control"), "no-store") || !strings.Contains(string(answer), `"UNAVAILABLE"`) {
				t.Errorf("%s as %s is answered %s, %v: %s", query, media, response.Status, response.Header, answer)
			}
		}
	}
}
