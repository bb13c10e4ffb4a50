package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/graph/documents"
	"sen/graph/limits"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// The documents of these tests: two trusted ones, of which one is a mutation, and one that is not trusted.
const (
	trustedQuery    = `query Tags($n: Int = 1) { tags(first: $n) { nodes { name } } }`
	trustedMutation = `mutation Leave { signOut { userErrors { code } } }`
	otherQuery      = `query Other($n: Int = 1) { tags(first: $n) { totalCount } }`
)

// trusting serves the sample content with trusted documents.
func trusting(t *testing.T, only bool) *testserver.Server {
	t.Helper()
	file, err := json.Marshal(map[string]string{"tags.1": trustedQuery, documents.Hash(trustedMutation): trustedMutation})
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := documents.ReadTrusted(file, limits.Default, graph.ParsedSchema())
	if err != nil {
		t.Fatal(err)
	}
	store := testkit.AnySample(t)
	return testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
		o.Trusted, o.TrustedOnly, o.Answers, o.SharedMaxAge = trusted, only, web.NewAnswers(store, 1<<24), 10*time.Second
	})
}

// apq returns the extension of an automatically persisted document.
func apq(text string) string {
	return fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q,"more":true}}`, documents.Hash(text))
}

// sent is a request with some of query, documentId, variables and extensions.
type sent map[string]string

// post sends it as a body, and get as an address; both return the answer.
func (s sent) post(t *testing.T, server *testserver.Server, headers ...string) (*http.Response, string) {
	t.Helper()
	members := map[string]json.RawMessage{}
	for name, value := range s {
		if members[name] = json.RawMessage(value); name == "query" || name == "documentId" {
			members[name], _ = json.Marshal(value) //nolint:errchkjson // a text
		}
	}
	body, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return fetch(t, http.MethodPost, server.URL+"/graphql", strings.NewReader(string(body)),
		append(headers, "Content-Type", "application/json")...)
}

func (s sent) get(t *testing.T, server *testserver.Server, headers ...string) (*http.Response, string) {
	t.Helper()
	address := url.Values{}
	for name, value := range s {
		address.Set(name, value)
	}
	return fetch(t, http.MethodGet, server.URL+"/graphql?"+address.Encode(), nil, headers...)
}

// fetch sends a request unchanged: the answer is compressed only if the headers ask for it.
func fetch(t *testing.T, method, address string, body io.Reader, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "identity")
	response, answer := testserver.Send(t, request, headers...)
	return response, string(answer)
}

// TestTrustedDocuments names documents that were loaded at start, by POST and by GET.
func TestTrustedDocuments(t *testing.T) {
	server := trusting(t, false)
	const newType = "application/graphql-response+json"
	byHash := "sha256:" + documents.Hash(trustedQuery)
	mutation := documents.Hash(trustedMutation)
	for _, c := range []struct {
		name      string
		sent      sent
		post, get int // the status for the newer media type
		contains  string
	}{
		{"by its hash", sent{"documentId": byHash}, 200, 200, `"nodes":[{"name"`},
		{"by its id", sent{"documentId": "tags.1"}, 200, 200, `"nodes":[{"name"`},
		{"with variables", sent{"documentId": "tags.1", "variables": `{"n":0}`}, 200, 200, `"nodes":[]`},
		{"by the extension of automatic ones", sent{"extensions": apq(trustedQuery)}, 200, 200, `"nodes":[{"name"`},
		{"a mutation", sent{"documentId": mutation}, 200, 405, ""},
		{"a mutation by its hash", sent{"documentId": "sha256:" + mutation}, 200, 405, ""},
		{"an id of nothing", sent{"documentId": "tags.2"}, 400, 400, "PERSISTED_QUERY_NOT_FOUND"},
		{"a hash of nothing", sent{"documentId": "sha256:" + documents.Hash("")}, 400, 400, "PERSISTED_QUERY_NOT_FOUND"},
		{"an id in another case", sent{"documentId": "TAGS.1"}, 400, 400, "PERSISTED_QUERY_NOT_FOUND"},
		{"a hash in upper case", sent{"documentId": "sha256:" + strings.ToUpper(byHash[7:])}, 400, 400, "64 digits"},
		{"a prefix that is reserved", sent{"documentId": "md5:abc"}, 400, 400, "begins with x-"},
		{"an empty id", sent{"documentId": ""}, 400, 400, "malformed"},
		{"with its text", sent{"documentId": "tags.1", "query": trustedQuery}, 400, 400, "once"},
		{"with an empty text", sent{"documentId": "tags.1", "query": ""}, 400, 400, "once"},
		{"with a hash", sent{"documentId": "tags.1", "extensions": apq(trustedQuery)}, 400, 400, "once"},
		{"nothing", sent{"variables": `{}`}, 400, 400, "neither query nor documentId"},
	} {
		for method, send := range map[string]func(*testing.T, *testserver.Server, ...string) (*http.Response,
			string){"POST": c.sent.post, "GET": c.sent.get} {
			want := map[string]int{"POST": c.post, "GET": c.get}[method]
			response, body := send(t, server, "Accept", newType)
			if response.StatusCode != want || !strings.Contains(body, c.contains) {
				t.Errorf("%s by %s: %d %s; want %d %s", c.name, method, response.StatusCode, body, want, c.contains)
			}
			if want == http.StatusMethodNotAllowed && response.Header.Get("Allow") != "POST" {
				t.Errorf("%s by %s: Allow %q", c.name, method, response.Header.Get("Allow"))
			}
			if want != http.StatusOK &&
				(strings.Count(body, `"message"`) != 1 || strings.Contains(body, `"data"`) ||
					response.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("%s by %s: %s, %v", c.name, method, body, response.Header)
			}
		}
	}
	// The older media type has the status 200 for errors, so that older clients read them.
	if response, body := (sent{"documentId": "tags.2"}).post(t, server); response.StatusCode != http.StatusOK ||
		!strings.Contains(body, "PERSISTED_QUERY_NOT_FOUND") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

// TestTrustedSharing checks that the address of a trusted document is cached like any other.
func TestTrustedSharing(t *testing.T) {
	for _, only := range []bool{false, true} {
		server := trusting(t, only)
		named := sent{"documentId": "sha256:" + documents.Hash(trustedQuery), "variables": `{"n":2}`}
		for _, cached := range []bool{false, true} {
			response, body := named.get(t, server)
			h := response.Header
			if h.Get("Cache-Control") != "public, max-age=0, s-maxage=10, must-revalidate" || h.Get("Cache-Tag") == "" ||
				!strings.Contains(body, `"name"`) || (server.Trips() == 0) != cached {
				t.Errorf("only %v, cached %v: %v %s, %d round trips", only, cached, h, body, server.Trips())
			}
			if again, body := named.get(t, server, "If-None-Match", h.Get("ETag")); again.StatusCode != http.StatusNotModified ||
				body != "" {
				t.Errorf("only %v, cached %v: %d %s", only, cached, again.StatusCode, body)
			}
		}
		// All ways to name the document share one cached answer.
		for _, other := range []sent{
			{"documentId": "tags.1", "variables": ` {"n": 2}`},
			{"extensions": apq(trustedQuery), "variables": `{"n":2}`},
			{"query": trustedQuery, "variables": `{"n":2}`},
		} {
			if _, body := other.post(t, server); server.Trips() != 0 || !strings.Contains(body, `"name"`) {
				t.Errorf("only %v: %v took %d round trips: %s", only, other, server.Trips(), body)
			}
		}
	}
}

// TestTrustedOnly checks that every other document is refused, however it is named, and that none is stored.
func TestTrustedOnly(t *testing.T) {
	server := trusting(t, true)
	for range 2 {
		for _, refused := range []sent{
			{"query": otherQuery},
			{"query": otherQuery, "extensions": apq(otherQuery)},
			{"extensions": apq(otherQuery)},
			{"query": "{ __schema { queryType { name } } }"},
			{"query": "{ __typename }"},
			{"query": trustedQuery + " "},
			{"query": ""},
			{"query": "{"},
		} {
			for _, send := range []func(*testing.T, *testserver.Server, ...string) (*http.Response, string){
				refused.post,
				refused.get,
			} {
				response, body := send(t, server)
				if !strings.Contains(body, "FORBIDDEN") || !strings.Contains(body, "đã nạp khi khởi động") ||
					strings.Contains(body, `"data"`) || response.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%v: %s %v", refused, body, response.Header)
				}
			}
		}
		for _, served := range []sent{
			{"documentId": "tags.1"},
			{"query": trustedQuery},
			{"extensions": apq(trustedQuery)},
			{"query": trustedQuery, "extensions": apq(trustedQuery)},
		} {
			if _, body := served.post(t, server); !strings.Contains(body, `"name"`) || strings.Contains(body, "errors") {
				t.Errorf("%v: %s", served, body)
			}
		}
	}
}

// TestAutomaticDocuments persists documents as clients do: first the hash, then the text if the hash is unknown.
func TestAutomaticDocuments(t *testing.T) {
	server := trusting(t, false)
	for _, send := range []string{"post", "get"} {
		text := strings.Replace(otherQuery, "Other", "By"+send, 1)
		by := func(s sent) (*http.Response, string) {
			if send == "get" {
				return s.get(t, server)
			}
			return s.post(t, server)
		}
		missing := `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
		if response, body := by(sent{"extensions": apq(text)}); body != missing ||
			response.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s %v", send, body, response.Header)
		}
		if _, body := by(sent{"query": text, "extensions": apq(text)}); !strings.Contains(body, `"totalCount"`) {
			t.Errorf("%s: %s", send, body)
		}
		if _, body := by(sent{"extensions": apq(text), "variables": `{"n":2}`}); !strings.Contains(body, `"totalCount"`) {
			t.Errorf("%s: %s", send, body)
		}
	}
	// A request that can't be executed is not stored: it is invalid, exceeds a limit, or has an invalid variable.
	for _, text := range []string{
		"{", "{ nothing }", "{ tags { " + strings.Repeat("totalCount ", 301) + "} }",
		"query($n: Int!) { tags(first: $n) { totalCount } }",
	} {
		if _, body := (sent{"query": text, "extensions": apq(text)}).post(t, server); strings.Contains(body, `"data"`) {
			t.Errorf("%.60s ran: %s", text, body)
		}
		if _, body := (sent{"extensions": apq(text)}).post(t, server); !strings.Contains(body, "PersistedQueryNotFound") {
			t.Errorf("%.60s was kept: %s", text, body)
		}
	}
	// A text is stored only under its own hash.
	if response,
		body := (sent{"query": otherQuery, "extensions": apq("{ __typename }")}).post(t,
		server); response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "BAD_USER_INPUT") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	for _, hash := range []string{"{ __typename }", otherQuery} {
		if _, body := (sent{"extensions": apq(hash)}).post(t, server); !strings.Contains(body, "PersistedQueryNotFound") {
			t.Errorf("%s was kept: %s", hash, body)
		}
	}
	for _, malformed := range []string{
		`1`, `{}`, `{"version":2,"sha256Hash":"` + documents.Hash(otherQuery) + `"}`,
		`{"version":1,"sha256Hash":"abc"}`, `{"version":1,"sha256Hash":7}`,
		`{"version":"1","sha256Hash":"` + documents.Hash(otherQuery) + `"}`,
	} {
		if response,
			body := (sent{"query": otherQuery, "extensions": `{"persistedQuery":` + malformed + `}`}).post(t,
			server); response.StatusCode != http.StatusBadRequest || !strings.Contains(body, "version 1") {
			t.Errorf("%s: %d %s", malformed, response.StatusCode, body)
		}
	}
	if _, body := (sent{"query": otherQuery, "extensions": `{"persistedQuery":null}`}).post(t,
		server); !strings.Contains(body, `"totalCount"`) {
		t.Errorf("null: %s", body)
	}
	// A mutation that was persisted by POST is refused by GET.
	if _, body := (sent{"query": trustedMutation, "extensions": apq(trustedMutation)}).post(t,
		server); !strings.Contains(body, `"signOut"`) {
		t.Errorf("a mutation: %s", body)
	}
	if response,
		_ := (sent{"extensions": apq(trustedMutation)}).get(t, server); response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by GET: %d", response.StatusCode)
	}
}
