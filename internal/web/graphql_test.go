package web_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// request is a request and the expected response.
type request struct {
	name    string
	method  string // POST if empty
	query   string // becomes a JSON body, with variables
	vars    string
	body    string // instead of query
	address string // instead of /graphql
	headers map[string]string

	status  int // 200 if zero
	code    string
	message string // a part of the first error's message
	data    bool   // the answer has data, even if it is null
}

func doubling(selection func(i int) string, levels int) string {
	var b strings.Builder
	b.WriteString("{ articles { nodes { ...f0 } } }")
	for i := range levels {
		fmt.Fprintf(&b, " fragment f%d on Article { %s }", i, selection(i))
	}
	fmt.Fprintf(&b, " fragment f%d on Article { id }", levels)
	return b.String()
}

var noPreflight = map[string]string{"Content-Type": "text/plain"}

// badRequests are requests of attackers, and mistakes of programmers.
var badRequests = []request{
	{
		name: "unknown field", query: "{ articles { nodes { titel } } }", code: "GRAPHQL_VALIDATION_FAILED",
		message: "titel",
	},
	{
		name: "wrong variable type", query: "query($n: Int) { articles(first: $n) { totalCount } }", vars: `{"n":"x"}`,
		code: "GRAPHQL_VALIDATION_FAILED", message: "The variable $n",
	},
	{
		name: "enum in wrong case", query: "query($o: ArticleOrder) { articles(orderBy: $o) { totalCount } }",
		vars: `{"o":"title_asc"}`, code: "BAD_USER_INPUT", message: "ArticleOrder",
	},
	{
		name: "string for an Int", query: "query($n: Int) { articles(first: $n) { totalCount } }", vars: `{"n":"7"}`,
		code: "BAD_USER_INPUT", message: "$n",
	},
	{
		name: "string for an Int, in a literal", query: `{ articles(first: "7") { totalCount } }`,
		code: "GRAPHQL_VALIDATION_FAILED", message: "Int",
	},
	{
		name: "64 bits for an Int", query: "query($n: Int) { articles(first: $n) { totalCount } }", vars: `{"n":3000000000}`,
		code: "BAD_USER_INPUT", message: "32 bits",
	},
	{name: "NaN", body: `{"query":"{ viewer { name } }","variables":{"n":NaN}}`, status: 400, code: "BAD_USER_INPUT"},
	{
		name: "string NaN", query: "query($n: Int) { articles(first: $n) { totalCount } }", vars: `{"n":"NaN"}`,
		code: "GRAPHQL_VALIDATION_FAILED", message: "$n",
	},
	{
		name: "both of id and slug", query: `{ article(id: "article_x", slug: "y") { id } }`, code: "BAD_USER_INPUT",
		message: "exactly one", data: true,
	},
	{
		name: "neither of id and slug", query: `{ article { id } }`, code: "BAD_USER_INPUT", message: "exactly one",
		data: true,
	},
	{
		name: "a cursor that is not ours", query: `{ articles(after: "abc") { totalCount } }`, code: "BAD_USER_INPUT",
		message: "cursor", data: true,
	},
	{
		name:  "a cursor of another order",
		query: `{ articles(after: "WyJzMSIsIkFydGljbGUvVElUTEVfQVNDL3ZpIiwiYSIsImIiXQ") { totalCount } }`,
		code:  "BAD_USER_INPUT", message: "another order", data: true,
	},
	{
		name:  "a cursor of another kind",
		query: `{ articles(after: "WyJzMSIsIkV2ZW50L1BVQkxJU0hFRF9BVF9ERVNDIiwiYSIsImIiXQ") { totalCount } }`,
		code:  "BAD_USER_INPUT", message: "another order", data: true,
	},
	{
		name: "first 101", query: "{ articles(first: 101) { totalCount } }", code: "BAD_USER_INPUT", message: "from 0 to 100",
		data: true,
	},
	{
		name: "first -1", query: "{ articles(first: -1) { totalCount } }", code: "BAD_USER_INPUT", message: "from 0 to 100",
		data: true,
	},
	{
		name: "first and last", query: "{ articles(first: 1, last: 1) { totalCount } }", code: "BAD_USER_INPUT",
		message: "together", data: true,
	},
	{
		name: "offset 10001", query: "{ articles(offset: 10001) { totalCount } }", code: "BAD_USER_INPUT", message: "10000",
		data: true,
	},
	{
		name: "offset and cursor", query: `{ articles(offset: 1, after: "x") { totalCount } }`, code: "BAD_USER_INPUT",
		message: "together", data: true,
	},
	{
		name: "a document for a text", query: "query($s: String) { articles(filter: {title: {eq: $s}}) { totalCount } }",
		vars: `{"s":{"$gt":""}}`, code: "GRAPHQL_VALIDATION_FAILED", message: "String",
	},
	{
		name:  "10,000 characters in a filter",
		query: "query($s: String) { articles(filter: {title: {contains: $s}}) { totalCount } }",
		vars:  `{"s":"` + strings.Repeat("a", 10_000) + `"}`, code: "BAD_USER_INPUT", message: "at most 1000", data: true,
	},
	{
		name:  "a filter too deep",
		query: "{ articles(filter: {not: {not: {not: {not: {not: {slug: {eq: \"x\"}}}}}}}) { totalCount } }",
		code:  "BAD_USER_INPUT", message: "levels", data: true,
	},
	{
		name: "a malformed moment", query: `{ articles(filter: {publishedAt: {gte: "yesterday"}}) { totalCount } }`,
		code: "BAD_USER_INPUT", message: "RFC 3339",
	},
	{
		name:  "a malformed moment in a variable",
		query: "query($d: DateTime) { articles(filter: {publishedAt: {gte: $d}}) { totalCount } }",
		vars:  `{"d":"2020-13-01T00:00:00Z"}`, code: "BAD_USER_INPUT", message: "RFC 3339",
	},
	{
		name: "a malformed locale", query: `{ articles(locale: "???") { totalCount } }`, code: "BAD_USER_INPUT",
		message: "BCP 47",
	},
	{
		name: "a malformed header locale", query: `{ viewer { name } }`, headers: map[string]string{"Sen-Locale": "???"},
		code: "BAD_USER_INPUT", message: "Sen-Locale",
	},
	{name: "drafts", query: `{ articles(stage: DRAFT) { totalCount } }`, code: "FORBIDDEN", data: true},
	{
		name: "drafts by header", query: `{ node(id: "article_x") { id } }`, headers: map[string]string{"Sen-Stage": "DRAFT"},
		code: "FORBIDDEN", data: true,
	},
	{
		name: "invalid UTF-8", body: "{\"query\":\"{ articles(filter: {title: {eq: \\\"\xff\\\"}}) { totalCount } }\"}",
		status: 400, code: "BAD_USER_INPUT", message: "UTF-8",
	},
	{
		name: "a body of 2 MB", body: `{"query":"` + strings.Repeat("a", 2<<20) + `"}`, status: 413, code: "TOO_LARGE",
		message: "1048576",
	},
	{name: "no JSON", body: `hello`, status: 400, code: "BAD_USER_INPUT"},
	{name: "two JSON values", body: `{"query":"{ viewer { name } }"} {}`, status: 400, code: "BAD_USER_INPUT"},
	{
		name: "60 kB of one field", query: "{ " + strings.Repeat("viewer{name} ", 4600) + "}", status: 413,
		code: "TOO_LARGE",
	},
	{
		name: "30 kB of one field", query: "{ articles { " + strings.Repeat("totalCount ", 2400) + "} }", code: "TOO_COMPLEX",
		message: "300",
	},
	{
		name:  "24 levels of doubling fragments",
		query: doubling(func(i int) string { return fmt.Sprintf("...f%d ...f%d", i+1, i+1) }, 24), code: "TOO_COMPLEX",
	},
	{name: "24 levels of doubling relations", query: doubling(func(i int) string {
		return fmt.Sprintf("section { articles { nodes { ...f%d ...f%d } } }", i+1, i+1)
	}, 24), code: "TOO_COMPLEX"},
	{
		name:  "fragments in a circle",
		query: "{ articles { ...a } } fragment a on ArticleConnection { ...b } fragment b on ArticleConnection { ...a }",
		code:  "GRAPHQL_VALIDATION_FAILED",
	},
	{
		name: "10,000 directives", query: "{ articles " + strings.Repeat("@include(if:true)", 10_000) + "{ totalCount } }",
		status: 413, code: "TOO_LARGE",
	},
	{
		name: "10,000 short directives", query: "{ articles " + strings.Repeat("@a", 10_000) + "{ totalCount } }",
		code: "TOO_COMPLEX",
	},
	{
		name: "too deep",
		query: "{ articles { nodes {" + strings.Repeat(" section { articles { nodes {", 6) + " id " +
			strings.Repeat("} } }", 6) + "} } }", code: "TOO_COMPLEX", message: "12",
	},
	{
		name: "too many aliases", query: "{ " + strings.Repeat("a: viewer { name } ", 31) + "}", code: "TOO_COMPLEX",
		message: "30",
	},
	{
		name: "too many root fields", query: "{ " + strings.Repeat("viewer { name } ", 21) + "}", code: "TOO_COMPLEX",
		message: "20",
	},
	{
		name: "@defer", query: "{ articles { ... @defer { totalCount } } }", code: "GRAPHQL_VALIDATION_FAILED",
		message: "@defer",
	},
	{
		name: "a mutation by GET", method: "GET",
		address: "/graphql?query=" + url.QueryEscape("mutation { createArticle { id } }"), status: 405,
		code: "BAD_USER_INPUT",
	},
	{name: "a malformed address", method: "GET", address: "/graphql?query=%zz", status: 400, code: "BAD_USER_INPUT"},
	{name: "text/plain", body: `{"query":"{ viewer { name } }"}`, headers: noPreflight, status: 415, code: "CSRF"},
	{
		name: "a form", body: `query=x`, headers: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		status: 415, code: "CSRF",
	},
	{
		name: "no content type", body: `{"query":"{ viewer { name } }"}`, headers: map[string]string{"Content-Type": ""},
		status: 415, code: "CSRF",
	},
	{
		name: "an unknown origin", query: "{ viewer { name } }", headers: map[string]string{"Origin": "https://evil.example"},
		status: 403, code: "FORBIDDEN",
	},
	{
		name: "a null origin", query: "{ viewer { name } }", headers: map[string]string{"Origin": "null"}, status: 403,
		code: "FORBIDDEN",
	},
	{name: "an unknown method", method: "PUT", status: 405, code: "BAD_USER_INPUT"},
	{
		name: "nothing acceptable", query: "{ viewer { name } }", headers: map[string]string{"Accept": "text/html"},
		status: 406, code: "BAD_USER_INPUT",
	},
}

// oddRequests look dangerous but are answered normally.
var oddRequests = []request{
	{
		name: "$where in a filter", query: "query($s: String) { articles(filter: {title: {contains: $s}}) { totalCount } }",
		vars: `{"s":"$where"}`, data: true,
	},
	{
		name:  "a brace in a filter",
		query: "query($s: String) { articles(filter: {title: {startsWith: $s}}) { totalCount } }", vars: `{"s":"{"}`,
		data: true,
	},
	{
		name:  "pattern signs in a filter",
		query: "query($s: String) { articles(filter: {title: {contains: $s}}) { totalCount } }", vars: `{"s":"(.*)+[\\"}`,
		data: true,
	},
	{name: "an id of another kind", query: `{ article(id: "author_minh-thu") { id } }`, data: true},
	{
		name: "malformed ids", query: `{ node(id: "nothing") { id } nodes(ids: ["x", "article_", "article_$"]) { id } }`,
		data: true,
	},
	{name: "an empty cursor", query: `{ articles(after: "") { totalCount } }`, data: true},
	{
		name: "urql's Accept", query: "{ viewer { name } }",
		headers: map[string]string{"Accept": "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"}, data: true,
	},
	{
		name:  "__typename everywhere",
		query: "{ __typename articles { __typename nodes { __typename " + strings.Repeat("a: __typename ", 40) + " } } }",
		data:  true,
	},
	{
		name: "an allowed origin", query: "{ viewer { name } }", headers: map[string]string{"Origin": "https://app.example"},
		data: true,
	},
}

// newRequest makes the HTTP request.
func (r request) newRequest(t testing.TB, server string) *http.Request {
	t.Helper()
	method, address, body := r.method, r.address, r.body
	if method == "" {
		method = http.MethodPost
	}
	if address == "" {
		address = "/graphql"
	}
	if r.query != "" {
		vars := json.RawMessage("{}")
		if r.vars != "" {
			vars = json.RawMessage(r.vars)
		}
		raw, err := json.Marshal(map[string]any{"query": r.query, "variables": vars})
		if err != nil {
			t.Fatal(err)
		}
		body = string(raw)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, server, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	path, query, _ := strings.Cut(address, "?")
	request.URL.Path, request.URL.RawQuery = path, query
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.headers {
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	return request
}

// TestRequests sends every request, and a good one after each bad one: the server continues to serve.
func TestRequests(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		for _, r := range append(append([]request{}, badRequests...), oddRequests...) {
			t.Run(r.name, func(t *testing.T) {
				response, err := http.DefaultClient.Do(r.newRequest(t, server.URL))
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = response.Body.Close() }()
				body, err := io.ReadAll(response.Body)
				if err != nil {
					t.Fatal(err)
				}
				if r.status == 0 {
					r.status = http.StatusOK
				}
				if response.StatusCode != r.status {
					t.Errorf("status %d, want %d", response.StatusCode, r.status)
				}
				var answer struct {
					Errors []struct {
						Message    string
						Extensions struct{ Code string }
					}
					Data json.RawMessage
				}
				if err := json.Unmarshal(body, &answer); err != nil {
					t.Fatalf("the answer is no JSON: %s", body)
				}
				if len(body) > 8<<10 {
					t.Errorf("the answer has %d bytes", len(body))
				}
				if (answer.Data != nil) != r.data {
					t.Errorf("data: %s, want %t", answer.Data, r.data)
				}
				switch {
				case r.code == "" && len(answer.Errors) > 0:
					t.Errorf("unexpected errors: %s", body)
				case r.code != "" &&
					(len(answer.Errors) == 0 || answer.Errors[0].Extensions.Code != r.code ||
						!strings.Contains(answer.Errors[0].Message, r.message)):
					t.Errorf("answer %s, want code %s and %q", body, r.code, r.message)
				}
			})
		}
		if got := string(server.Ask(t, "{ viewer { name } }", nil, nil)); got != `{"data":{"viewer":null}}` {
			t.Errorf("afterwards the server answers %s", got)
		}
	})
}

// TestLargestContentLength sends the largest Content-Length that a header can have: the request is refused because of
// the header.
func TestLargestContentLength(t *testing.T) {
	store := testkit.AnySample(t)
	server := testserver.Start(t, store,
		func(_ *graph.Options, o *web.Options) { o.Answers = web.NewAnswers(store, 1<<20) })
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn,
		"POST /graphql HTTP/1.1\r\nHost: sen\r\nContent-Type: application/json\r\nContent-Length: 9223372036854775807\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(response.Status)
	}
}

// BenchmarkBadRequests measures each bad request, with the client's part; the limit is 50 ms of the server's
// processor time.
func BenchmarkBadRequests(b *testing.B) {
	server := testserver.Start(b, testkit.SampleStore(b, testkit.Embedded(b)), nil)
	for _, r := range badRequests {
		b.Run(r.name, func(b *testing.B) {
			for b.Loop() {
				response, err := http.DefaultClient.Do(r.newRequest(b, server.URL))
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
		})
	}
}

// TestNoSuggestions checks that without introspection no answer contains a name that the client did not send. Each
// wrong name is similar to a right one.
func TestNoSuggestions(t *testing.T) {
	store := testkit.Store(t, testkit.Embedded(t))
	server := testserver.Start(t, store, func(g *graph.Options, w *web.Options) { g.Introspection, w.Schema = false, "" })
	for query, hidden := range map[string]string{
		"{ articlez { totalCount } }":                                     "articles",
		"{ articles(frst: 1) { totalCount } }":                            "first",
		"{ articles(orderBy: TITLE_AS) { totalCount } }":                  "TITLE_ASC",
		"{ articles(filter: {titl: {eq: \"x\"}}) { totalCount } }":        "\"title\"",
		"{ articles { nodes { ... on Artcle { id } } } }":                 "\"Article\"",
		"query($f: ArticleFilte) { articles(filter: $f) { totalCount } }": "ArticleFilter\"",
		"{ articles { nodes } }":                                          "id",
		"{ __schema { types { name } } }":                                 "ArticleConnection",
		"{ site }":                                                        "defaultLocale",
		"query($l: Locale) { site(locale: $l) { nam } }":                  "\"name\"",
	} {
		if got := string(server.Ask(t, query, nil, nil)); !strings.Contains(got, "errors") ||
			strings.Contains(got, "Did you mean") || strings.Contains(got, hidden) {
			t.Errorf("%s is answered %s", query, got)
		}
	}
	for _, path := range []string{"/schema.graphqls", "/playground"} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s is answered %d", path, response.StatusCode)
		}
	}
}

// TestTimeLimit checks that an operation that exceeds its time limit gets an answer that says so.
func TestTimeLimit(t *testing.T) {
	server := testserver.Start(t, testkit.Store(t, testkit.Embedded(t)),
		func(_ *graph.Options, w *web.Options) { w.Timeout = 1 })
	if got := string(server.Ask(t, "{ articles { totalCount } }", nil,
		http.Header{"Sen-Locale": {"en"}})); !strings.Contains(got, "UNAVAILABLE") || !strings.Contains(got, "too") {
		t.Errorf("answered %s", got)
	}
}

// TestIntrospection asks for the whole schema, as tools do: the limits allow it.
func TestIntrospection(t *testing.T) {
	server := testserver.Start(t, testkit.Store(t, testkit.Embedded(t)), nil)
	const query = `query IntrospectionQuery { __schema { description queryType { name } mutationType { name } subscriptionType { name }
		types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
		fragment FullType on __Type { kind name description specifiedByURL isOneOf fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue }
		type { ...TypeRef } isDeprecated deprecationReason } inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
		enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
		fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
		fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }`
	if got := string(server.Ask(t, query, nil, nil)); strings.Contains(got, `"errors"`) ||
		!strings.Contains(got, "ArticleConnection") {
		t.Errorf("answered %.300s", got)
	}
}
