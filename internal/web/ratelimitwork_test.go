package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestRateLimitCountsWork checks that a client's rate limit counts the work of filters in the store and of reading long
// requests.
func TestRateLimitCountsWork(t *testing.T) {
	server := limited(t)
	const (
		filtered = `query($f: ArticleFilter) { articles(first: 0, filter: $f) { totalCount } }`
		variable = `{"title": {"contains": "zzz"}}`
	)
	long := strings.Repeat(" ", 40<<10)
	many := `{"or": [` + strings.Repeat(`{"id": {"eq": "a"}},`, 150) + `{}]}`
	post := func(query, variables string) string {
		return fmt.Sprintf(`{"query": %q, "variables": {"f": %s}, "extensions": {"cost": true}}`, query, variables)
	}
	get := "?" + url.Values{"query": {filtered}, "variables": {`{"f": ` + variable + `}`}}.Encode()
	for i, c := range []struct {
		what, method, path, body string
		status, cost, left       int
		code                     string
	}{
		{"a filter in variables", "POST", "", post(filtered, variable), 200, 46, 54, ""},
		{"a filter by GET", "GET", get, "", 200, 0, 54, ""},
		{"a cached answer", "POST", "", post(filtered, variable), 200, 46, 54, ""},
		{"too many conditions", "POST", "", post(filtered, many), 200, 2006, 99, "TOO_COMPLEX"},
		{"a long request", "POST", "", strings.TrimSuffix(two, "}") + `,"extensions":{"cost":true}}` + long, 200, 4, 96, ""},
		{"a long request that is none", "POST", "", "{" + long, 400, 0, 97, "BAD_USER_INPUT"},
		{
			"a long request, again", "POST", "", strings.TrimSuffix(two, "}") + `,"extensions":{"cost":true}}` + long, 200, 4,
			96, "",
		},
	} {
		network := fmt.Sprintf("192.0.2.%d", i+1)
		got := send(t, c.method, server.URL+"/graphql"+c.path, c.body, "X-Forwarded-For", network)
		cost := 0
		if got.cost != nil {
			cost = got.cost.Requested
		}
		if want := fmt.Sprintf(`"cost";r=%d;t=60`, c.left); got.status != c.status || got.left() != want || cost != c.cost ||
			got.code != c.code {
			t.Errorf("%s: %d %s with cost %d and code %q, want %d %s with cost %d and code %q\n%s", c.what, got.status,
				got.left(), cost, got.code, c.status, want, c.cost, c.code, got.body)
		}
	}
	for left := range 3 {
		got := send(t, http.MethodPost, server.URL+"/graphql",
			post(filtered, strings.Replace(variable, "zzz", fmt.Sprint("z", left), 1)), "X-Forwarded-For", "192.0.2.100")
		if want := []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests}[left]; got.status != want {
			t.Errorf("filter %d: status %d, want %d: %s", left, got.status, want, got.body)
		}
	}
}
