package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"testing"

	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// answered checks that an answer has data, or an error that tells the client what to correct.
func answered(t *testing.T, raw []byte) (data json.RawMessage) {
	t.Helper()
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	for _, e := range answer.Errors {
		if !slices.Contains([]string{"BAD_USER_INPUT", "TOO_COMPLEX", "TOO_LARGE", "GRAPHQL_VALIDATION_FAILED"},
			e.Extensions.Code) || e.Message == "" {
			t.Errorf("%s", raw)
		}
	}
	return answer.Data
}

// FuzzCursors sends invented cursors: each is refused, or is a position in the list. It also sends the text itself if
// it is not base64.
func FuzzCursors(f *testing.F) {
	server := testserver.Start(f, testkit.AnySample(f), nil)
	for _, order := range []string{"PUBLISHED_AT_DESC", "TITLE_ASC"} {
		f.Add(`["s1","Article/`+order+`","2021-11-17T09:53:00Z","article_mau-59"]`, order, true)
	}
	f.Add(`["s1","Article/PUBLISHED_AT_DESC",{"$gt":""},{"$ne":null}]`, "PUBLISHED_AT_DESC", true)
	f.Add(`["s1","Article/PUBLISHED_AT_DESC","9999-12-31T23:59:59.999999999Z",""]`, "PUBLISHED_AT_DESC", true)
	f.Add(`["s2",null,null,null]`, "TITLE_DESC", true)
	f.Add("WyJzMSIsIkFydGljbGUvUFVCTElTSEVEX0FUX0RFU0MiLCIyMDIxLTExLTE3VDA5OjUzOjAwWiIsImFydGljbGVfbWF1LTU5Il0",
		"PUBLISHED_AT_DESC", false)
	f.Add("!", "UPDATED_AT_ASC", false)
	f.Fuzz(func(t *testing.T, cursor, order string, encode bool) {
		if encode {
			cursor = base64.RawURLEncoding.EncodeToString([]byte(cursor))
		}
		variables, err := json.Marshal(map[string]string{"after": cursor, "order": order})
		if err != nil {
			t.Fatal(err)
		}
		answered(t, server.Ask(t,
			`query($after: String, $order: ArticleOrder) { articles(first: 2, after: $after, orderBy: $order) { nodes { id } pageInfo { hasNextPage endCursor } } }`, variables, nil))
	})
}

// FuzzFilters sends filters of any form: each is refused, or divides the articles into those that match and those
// that do not.
func FuzzFilters(f *testing.F) {
	server := testserver.Start(f, testkit.AnySample(f), nil)
	for _, filter := range []string{
		`{"title":{"contains":"sen"}}`, `{"title":{"startsWith":"Bài"},"publishedAt":{"gte":"2021-01-01T00:00:00Z"}}`,
		`{"or":[{"section":{"slugs":["tin-tuc"]}},{"not":{"tags":{"exists":true}}}]}`,
		`{"and":[{"and":[{"and":[{"and":[{"and":[]}]}]}]}]}`,
		`{"title":{"contains":"$where"},"$where":"1"}`, `{"title":{"eq":{"$ne":null}}}`, `{"id":{"in":["article_mau-1",""]}}`,
		`{"not":{}}`, `null`,
		`{"authors":{"where":{"organization":{"slugs":["so-cong-thuong"]}}}}`, `{"tags":{"none":true}}`,
		`{"tags":{"all":true,"none":true}}`,
		`{"authors":{"where":{"organization":{"where":{"parent":{"exists":true}}}},"none":true,"slugs":["minh-thu"]}}`,
		`{"events":{"where":{"organizers":{"where":{"parent":{"where":{}}}}}}}`,
		`{"organizations":{"where":null,"none":null}}`,
		`{"or":[{"tags":{"where":{"name":{"contains":"a"}}}},{"section":{"where":{"not":{"parent":{"none":true}}}}}]}`,
	} {
		f.Add(filter)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		if !json.Valid([]byte(filter)) {
			return
		}
		data := answered(t,
			server.Ask(t,
				`query($f: ArticleFilter) { with: articles(filter: $f) { totalCount } without: articles(filter: {not: $f}) { totalCount } all: articles { totalCount } }`,
				json.RawMessage(`{"f":`+filter+`}`), nil))
		var counts struct {
			With, Without, All *struct{ TotalCount int }
		}
		if len(data) == 0 || json.Unmarshal(data, &counts) != nil || counts.With == nil || counts.Without == nil ||
			filter == "null" {
			return
		}
		if counts.With.TotalCount+counts.Without.TotalCount != counts.All.TotalCount {
			t.Errorf("%s: %d with it, %d without, of %d", filter, counts.With.TotalCount, counts.Without.TotalCount,
				counts.All.TotalCount)
		}
	})
}
