package web_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"sen/graph"
	"sen/internal/content"
	"sen/internal/people"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// TestMetrics sends usual and unusual requests. It checks what is counted, and that no text of a client is in the
// metrics.
func TestMetrics(t *testing.T) {
	store := testkit.AnySample(t)
	server := testserver.Start(t, store, func(g *graph.Options, o *web.Options) {
		o.Answers, o.Metrics = web.NewAnswers(store, 1<<20), web.NewMetrics()
		g.Kept = o.Metrics.Cache
		store.OnCommand(o.Metrics.Command)
		o.Metrics.Feed(store.Feed.Lag)
		o.Metrics.Cache("answers", o.Answers)
		for name, kept := range store.Kept() {
			o.Metrics.Cache(name, kept)
		}
	})
	for range 3 {
		asks(t, server, `query Secretive { articles(first: 1) { nodes { title } } }`)
	}
	odd, err := http.NewRequest("SECRETIVE", server.URL+"/graphql?secretive", nil)
	if err != nil {
		t.Fatal(err)
	}
	refused, err := http.DefaultClient.Do(odd)
	if err != nil {
		t.Fatal(err)
	}
	_ = refused.Body.Close()
	response, err := http.Get(server.URL + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`sen_http_request_duration_seconds_count\{method="POST",route="/graphql",status="200"\} 3`,
		`sen_http_request_duration_seconds_count\{method="other",route="/graphql",status="405"\} 1`,
		`sen_store_command_duration_seconds_count\{command="find"\} [1-9]`,
		`sen_cache_hits_total\{cache="answers"\} 2`, `sen_cache_misses_total\{cache="answers"\} 3`,
		`sen_cache_fills_total\{cache="answers"\} 2`,
		`sen_cache_refused_total\{cache="answers"\} 0`, `sen_cache_forgotten_total\{cache="answers"\} 0`,
		`sen_cache_bytes\{cache="answers"\} [1-9]`,
		`sen_cache_fills_total\{cache="pages"\} 1`, `sen_cache_fills_total\{cache="entities"\} [1-9]`,
		`sen_cache_bytes\{cache="slugs"\} 0`,
		`sen_cache_hits_total\{cache="documents"\} 1`, `sen_cache_fills_total\{cache="documents"\} 1`,
		`sen_cache_bytes\{cache="persisted"\} 0`,
		`sen_feed_lag_seconds 0`, `go_goroutines [1-9]`,
	} {
		if !regexp.MustCompile(`(?m)^` + line).Match(body) {
			t.Errorf("no line is as %s", line)
		}
	}
	if strings.Contains(strings.ToLower(string(body)), "secretive") {
		t.Error("a client's text stands in the figures")
	}
}

// TestMetricsAccess requests the metrics from this machine, from others behind a proxy, and from a page by DNS
// rebinding.
func TestMetricsAccess(t *testing.T) {
	server := testserver.Start(t, testkit.Store(t, testkit.Embedded(t)),
		func(_ *graph.Options, o *web.Options) { o.Metrics = web.NewMetrics() })
	token := func(role content.Role, actions ...content.Action) string {
		t.Helper()
		_, secret, err := server.People.CreateToken(operator(t), nil,
			people.NewToken{Name: "x", Role: role, Actions: actions})
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + secret
	}
	far := []string{"X-Forwarded-For", "192.0.2.1"}
	for _, c := range []struct {
		name    string
		host    string
		headers []string
		status  int
	}{
		{"this machine", "", nil, http.StatusOK},
		{"this machine by name", "localhost:8080", nil, http.StatusOK},
		{"a page that leads here", "evil.example", nil, http.StatusUnauthorized},
		{"a proxy's client", "", far, http.StatusUnauthorized},
		{"a proxy's client that lies", "", []string{"X-Forwarded-For", "127.0.0.1"}, http.StatusUnauthorized},
		{"a proxy's client in another way", "", []string{"Forwarded", "for=192.0.2.1"}, http.StatusUnauthorized},
		{"a reader's token", "", append(far, "Authorization", token(content.RoleReader)), http.StatusForbidden},
		{
			"a token for something else", "", append(far, "Authorization", token(content.RoleAdmin, content.ActionRead)),
			http.StatusForbidden,
		},
		{"a token that opens nothing", "", append(far, "Authorization", "Bearer sent_x"), http.StatusUnauthorized},
		{"a token for it", "", append(far, "Authorization", token(content.RoleAdmin, content.ActionAuditLog)), http.StatusOK},
		{"an administrator's token", "", append(far, "Authorization", token(content.RoleAdmin)), http.StatusOK},
	} {
		request, err := http.NewRequest(http.MethodGet, server.URL+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = c.host
		response, body := testserver.Send(t, request, c.headers...)
		if response.StatusCode != c.status || strings.Contains(string(body), "go_goroutines") != (c.status == http.StatusOK) {
			t.Errorf("%s: status %d, %.200s", c.name, response.StatusCode, body)
		}
	}
}
