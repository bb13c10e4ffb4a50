package web_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// TestClientFiles fetches the files that the settings of docs/single-page-apps.md import; if the schema is hidden, so
// are they.
func TestClientFiles(t *testing.T) {
	store := testkit.AnySample(t)
	shown := testserver.Start(t, store, nil)
	hidden := testserver.Start(t, store, func(_ *graph.Options, w *web.Options) { w.Schema = "" })
	for _, name := range []string{"apollo-possible-types.json", "apollo-type-policies.json", "urql-schema.json"} {
		response, body := get(t, shown.URL+"/clients/"+name)
		var types map[string]json.RawMessage
		if err := json.Unmarshal(body, &types); err != nil || response.StatusCode != http.StatusOK ||
			response.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Fatalf("%s: %s %v %v", name, response.Status, response.Header, err)
		}
		if name == "apollo-possible-types.json" {
			var contents []string
			if err := json.Unmarshal(types["Content"], &contents); err != nil || len(contents) != 11 ||
				!slices.Contains(contents, "Article") {
				t.Errorf("a Content may be %s", types["Content"])
			}
		}
		if response, _ := get(t, hidden.URL+"/clients/"+name); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s without introspection: %s", name, response.Status)
		}
	}
}
