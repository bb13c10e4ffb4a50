package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sen/graph"
	"sen/graph/cost"
	"sen/graph/documents"
	"sen/internal/content"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// answered is the response to a request.
type answered struct {
	status  int
	header  http.Header
	body    string
	code    string
	message string
	// cost is extensions.cost of the answer, and failed that of its first error.
	cost, failed *documents.Cost
}

// send sends a request. Headers are names and values in turn.
func send(t testing.TB, method, address, body string, headers ...string) answered {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	response, raw := testserver.Send(t, request, headers...)
	a := answered{status: response.StatusCode, header: response.Header, body: string(raw)}
	if len(raw) == 0 {
		return a
	}
	var parsed struct {
		Errors []struct {
			Message    string
			Extensions struct {
				Code string
				Cost *documents.Cost
			}
		}
		Extensions struct{ Cost *documents.Cost }
	}
	if err := json.Unmarshal(raw, &parsed); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	a.cost = parsed.Extensions.Cost
	if len(parsed.Errors) > 0 {
		a.code, a.message, a.failed = parsed.Errors[0].Extensions.Code, parsed.Errors[0].Message,
			parsed.Errors[0].Extensions.Cost
	}
	return a
}

// ten is a query with cost ten, and two a query with cost two.
const (
	ten = `{"query":"{ tags(first: 9) { nodes { name } } }"}`
	two = `{"query":"{ tags(first: 1) { nodes { name } } }"}`
)

// TestCostInExtensions checks that clients that ask for it get the cost of operations that ran and of others, also
// from the cache.
func TestCostInExtensions(t *testing.T) {
	store := testkit.AnySample(t)
	server := testserver.Start(t, store, func(g *graph.Options, o *web.Options) {
		g.Limits.Cost = cost.Limits{"": 10, content.RoleEditor: 100}
		o.Answers = web.NewAnswers(store, 1<<24)
	})
	const query = `query($n: Int = 9) { tags(first: $n) { nodes { name } } }`
	ask := func(variables, extensions string, headers ...string) answered {
		t.Helper()
		return send(t, http.MethodPost, server.URL+"/graphql",
			fmt.Sprintf(`{"query":%q,"variables":%s,"extensions":%s}`, query, variables, extensions), headers...)
	}
	for range 2 { // the second time from the cache
		if got := ask(`{}`, `{"cost":true}`); got.code != "" || got.cost == nil ||
			*got.cost != (documents.Cost{Requested: 10, Limit: 10}) {
			t.Errorf("the answer is %s", got.body)
		}
		for _, none := range []string{`{}`, `null`, `{"cost":false}`, `{"cost":"true"}`} {
			if got := ask(`{}`, none); got.code != "" || strings.Contains(got.body, "extensions") {
				t.Errorf("with extensions %s the answer is %s", none, got.body)
			}
		}
		byGet := send(t, http.MethodGet,
			server.URL+"/graphql?query="+url.QueryEscape(query)+"&extensions="+url.QueryEscape(`{"cost":true}`), "")
		if byGet.cost == nil || byGet.cost.Requested != 10 {
			t.Errorf("by GET the answer is %s", byGet.body)
		}
	}
	tooDear := ask(`{"n":10}`, `{"cost":true}`)
	want := documents.Cost{Requested: 11, Limit: 10}
	if tooDear.code != "TOO_COMPLEX" || tooDear.failed == nil || *tooDear.failed != want || tooDear.cost == nil ||
		*tooDear.cost != want ||
		!strings.Contains(tooDear.message, "costs 11; the limit is 10") || strings.Contains(tooDear.body, `"data"`) {
		t.Errorf("an operation that costs too much is answered with %s", tooDear.body)
	}
	for role, requested := range map[string]int{"reader": 11, "editor": 101} {
		if got := ask(fmt.Sprintf(`{"n":%d}`, requested-1), `{}`, testserver.ActorHeader, role); got.code != "TOO_COMPLEX" ||
			got.failed.Requested != requested || got.failed.Limit != requested-1 {
			t.Errorf("a %s is answered with %s", role, got.body)
		}
		if got := ask(fmt.Sprintf(`{"n":%d}`, requested-2), `{}`, testserver.ActorHeader, role); got.code != "" {
			t.Errorf("a %s is answered with %s", role, got.body)
		}
	}
	if got := send(t, http.MethodPost, server.URL+"/graphql",
		`{"query":"{","extensions":{"cost":true}}`); got.code != "GRAPHQL_PARSE_FAILED" || got.cost != nil {
		t.Errorf("what is no query is answered with %s", got.body)
	}
}

// limited serves a store with a rate limit of a cost of 100 per minute, behind a proxy on this machine.
func limited(t *testing.T) *testserver.Server {
	t.Helper()
	store := testkit.AnySample(t)
	proxies, err := web.ParseProxies([]string{"127.0.0.1", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	return testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
		o.RateLimit, o.Proxies, o.Answers = 100, proxies, web.NewAnswers(store, 1<<24)
	})
}

// left returns how much is left according to the answer's header, and for how many seconds.
func (a answered) left() string {
	if policy := a.header.Get("RateLimit-Policy"); policy != `"cost";q=100;w=60` {
		return "policy " + policy
	}
	return a.header.Get("RateLimit")
}

// TestRateLimit spends two minutes' cost of one client: every request counts, also if it is answered from the cache,
// until nothing is left.
func TestRateLimit(t *testing.T) {
	server := limited(t)
	address := server.URL + "/graphql"
	get := address + "?query=" + url.QueryEscape(`{ tags(first: 9) { nodes { name } } }`)
	type step struct {
		what, method, address, body string
		status                      int
		left                        string
	}
	run := func(steps ...step) {
		t.Helper()
		for _, s := range steps {
			got := send(t, s.method, s.address, s.body)
			if got.status != s.status || got.left() != s.left {
				t.Fatalf("%s: status %d, %s; want %d, %s\n%s", s.what, got.status, got.left(), s.status, s.left, got.body)
			}
			if retry := got.header.Get("Retry-After"); (retry != "") != (s.status == http.StatusTooManyRequests) ||
				retry != "" && !strings.HasSuffix(s.left, ";t="+retry) {
				t.Errorf("%s: Retry-After %q", s.what, retry)
			}
			if s.status == http.StatusTooManyRequests && s.method != http.MethodHead &&
				(got.code != "RATE_LIMITED" || !strings.Contains(got.message, " 100 ") || strings.Contains(got.body, `"data"`)) {
				t.Errorf("%s: %s", s.what, got.body)
			}
			if s.status == http.StatusTooManyRequests && got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: Cache-Control is %q", s.what, got.header.Get("Cache-Control"))
			}
		}
	}
	run(
		step{"a query", "POST", address, ten, 200, `"cost";r=90;t=60`},
		step{"a cached answer", "POST", address, ten, 200, `"cost";r=80;t=60`},
		step{"another spelling of it", "POST", address, ten + " ", 200, `"cost";r=70;t=60`},
	)
	server.Clock.Forward(t, "20500ms")
	run(
		step{"a GET", "GET", get, "", 200, `"cost";r=60;t=40`},
		step{"a cached GET", "GET", get, "", 200, `"cost";r=50;t=40`},
		step{"a HEAD", "HEAD", get, "", 200, `"cost";r=40;t=40`},
		step{
			"a mutation", "POST", address, `{"query":"mutation { signOut { userErrors { message } } }"}`, 200,
			`"cost";r=25;t=40`,
		},
		step{"no query", "POST", address, `{`, 400, `"cost";r=24;t=40`},
		step{"a wrong query", "POST", address, `{"query":"{ nothing }"}`, 200, `"cost";r=23;t=40`},
		step{"what costs nothing", "POST", address, `{"query":"{ __typename }"}`, 200, `"cost";r=22;t=40`},
		step{
			"an operation that costs too much", "POST", address,
			`{"query":"{ articles(first: 100) { nodes { related(first: 100) { nodes { id } } } } }"}`, 200, `"cost";r=21;t=40`,
		},
		step{"a cached answer", "POST", address, ten, 200, `"cost";r=11;t=40`},
		step{"a cached answer", "POST", address, ten, 200, `"cost";r=1;t=40`},
		step{"a cached answer that costs more than is left", "POST", address, ten, 429, `"cost";r=0;t=40`},
		step{"a GET with nothing left", "GET", get, "", 429, `"cost";r=0;t=40`},
		step{"a HEAD with nothing left", "HEAD", get, "", 429, `"cost";r=0;t=40`},
		step{"no query with nothing left", "POST", address, `{`, 429, `"cost";r=0;t=40`},
	)
	server.Clock.Forward(t, "39s")
	run(step{"in the last second", "POST", address, two, 429, `"cost";r=0;t=1`})
	server.Clock.Forward(t, "500ms")
	run(
		step{"in the next minute", "POST", address, two, 200, `"cost";r=98;t=60`},
		step{
			"more than is left", "POST", address, `{"query":"{ tags(first: 99) { nodes { name } } }"}`, 429,
			`"cost";r=97;t=60`,
		},
		step{
			"as much as is left", "POST", address, `{"query":"{ tags(first: 96) { nodes { name } } }"}`, 200,
			`"cost";r=0;t=60`,
		},
	)
}

// TestRateLimitPerClient checks that clients are counted separately: by their addresses, a customer's whole network as
// one, and signed-in clients wherever they are.
func TestRateLimitPerClient(t *testing.T) {
	server := limited(t)
	_, secret, err := server.People.CreateToken(operator(t), nil, readerToken)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := server.People.CreateToken(operator(t), nil, readerToken)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		from, secret string
		left         int
	}{
		{"192.0.2.1", "", 98},
		{"192.0.2.1", "", 96},
		{"192.0.2.2", "", 98},
		{"203.0.113.9, 192.0.2.1", "", 94}, // what a client says about itself does not count
		{"2001:db8:0:1::1", "", 98},
		{"2001:db8:0:1:ffff::2", "", 96},
		{"2001:db8:0:2::1", "", 98},
		{"::ffff:192.0.2.2", "", 96},
		{"192.0.2.1", secret, 98},
		{"192.0.2.2", secret, 96},
		{"192.0.2.2", second, 98},
		{"192.0.2.1", "", 92},
		{"", "", 98},
	} {
		headers := []string{"X-Forwarded-For", c.from}
		if c.secret != "" {
			headers = append(headers, "Authorization", "Bearer "+c.secret)
		}
		got := send(t, http.MethodPost, server.URL+"/graphql", two, headers...)
		if want := fmt.Sprintf(`"cost";r=%d;t=60`, c.left); got.status != http.StatusOK || got.left() != want {
			t.Errorf("%d: from %s: %d %s, want %s", i, c.from, got.status, got.left(), want)
		}
	}
}

// TestRateLimitRefused checks that requests with invalid secrets count, and requests that accept none of our media
// types.
func TestRateLimitRefused(t *testing.T) {
	server := limited(t)
	for left := 99; left >= 0; left-- {
		headers, status := []string{"Authorization", "Bearer sent_wrong"}, http.StatusUnauthorized
		if left%2 == 0 {
			headers, status = []string{"Accept", "text/html"}, http.StatusNotAcceptable
		}
		got := send(t, http.MethodPost, server.URL+"/graphql", two, headers...)
		if want := fmt.Sprintf(`"cost";r=%d;t=60`, left); got.status != status || got.left() != want {
			t.Fatalf("%v: %d %s, want %d %s", headers, got.status, got.left(), status, want)
		}
	}
	for _, headers := range [][]string{{"Authorization", "Bearer sent_wrong"}, {"Accept", "text/html"}, nil} {
		if got := send(t, http.MethodPost, server.URL+"/graphql", two,
			headers...); got.status != http.StatusTooManyRequests || got.code != "RATE_LIMITED" {
			t.Errorf("%v: with nothing left %d %s", headers, got.status, got.body)
		}
	}
}

// TestRateLimitAtOnce sends many requests at once: they never spend more than there is.
func TestRateLimitAtOnce(t *testing.T) {
	server := limited(t)
	var taken, refused atomic.Int64
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			for range 10 {
				got := send(t, http.MethodPost, server.URL+"/graphql", ten+strings.Repeat(" ", i))
				switch got.status {
				case http.StatusOK:
					taken.Add(10)
				case http.StatusTooManyRequests:
					refused.Add(1)
				default:
					t.Errorf("status %d", got.status)
				}
			}
		})
	}
	clients.Wait()
	if n := taken.Load(); n == 0 || n > 100 || refused.Load() != 80-n/10 {
		t.Errorf("a cost of %d was answered, and %d requests refused", n, refused.Load())
	}
}

// TestNoRateLimit checks that there are no header fields without a rate limit.
func TestNoRateLimit(t *testing.T) {
	store := testkit.AnySample(t)
	server := testserver.Start(t, store,
		func(_ *graph.Options, o *web.Options) { o.Answers = web.NewAnswers(store, 1<<24) })
	for i := range 20 {
		got := send(t, http.MethodPost, server.URL+"/graphql", ten+strings.Repeat(" ", i/2), "Origin", "https://app.example")
		if got.status != http.StatusOK || got.header.Get("RateLimit") != "" || got.header.Get("RateLimit-Policy") != "" {
			t.Errorf("status %d, %v", got.status, got.header)
		}
	}
	// Pages of other origins may read the header fields if there is a limit.
	server = limited(t)
	got := send(t, http.MethodPost, server.URL+"/graphql", ten, "Origin", "https://app.example")
	for _, name := range []string{"RateLimit", "RateLimit-Policy", "Retry-After"} {
		if exposed := strings.ToLower(strings.Join(got.header.Values("Access-Control-Expose-Headers"),
			",")); !strings.Contains(exposed, strings.ToLower(name)) {
			t.Errorf("%s is not exposed: %s", name, exposed)
		}
	}
}
