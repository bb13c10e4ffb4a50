package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/content"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// node serves a store as one of several programs: it caches answers and follows the changes of the others.
func node(t *testing.T, store *storage.Store) *testserver.Server {
	t.Helper()
	if !store.Feed.Current() {
		testkit.Follow(t, store)
	}
	return testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
		o.Answers, o.SharedMaxAge = web.NewAnswers(store, 1<<24), 10*time.Second
	})
}

// asks sends a query. It returns the answer and the number of round trips.
func asks(t *testing.T, server *testserver.Server, query string, headers ...string) (string, int) {
	t.Helper()
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	answer := server.Ask(t, query, nil, h)
	return string(answer), server.Trips()
}

// change makes a change as an editor and returns the entry's id.
func change(t *testing.T, server *testserver.Server, mutation string) (id string) {
	t.Helper()
	var parsed struct {
		Data map[string]struct {
			Content    struct{ ID string }
			UserErrors []any
		}
		Errors []any
	}
	answer := server.Ask(t, "mutation { "+mutation+" }", nil, http.Header{testserver.ActorHeader: {"editor"}})
	if err := json.Unmarshal(answer, &parsed); err != nil || len(parsed.Errors) > 0 {
		t.Fatalf("%s: %s", mutation, answer)
	}
	for _, payload := range parsed.Data {
		if len(payload.UserErrors) > 0 {
			t.Fatalf("%s: %s", mutation, answer)
		}
		id = payload.Content.ID
	}
	return id
}

// publishTag creates a published tag.
func publishTag(t *testing.T, server *testserver.Server, name string) string {
	t.Helper()
	id := change(t, server,
		fmt.Sprintf(`createTag(input: {name: {text: %q}}) { content: tag { id version } userErrors { code } }`, name))
	change(t, server, fmt.Sprintf(`publish(id: %q, version: 1) { content { id version } userErrors { code } }`, id))
	return id
}

// TestCachedAnswers checks that the answers to anonymous clients are cached until they change, and no others.
func TestCachedAnswers(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.UncachedStore(t, e) // a round trip shows that an answer is not cached
		server := node(t, store)
		const list = `{ tags { nodes { name } } }`
		const missing = `{ tag(slug: "moi") { name } }`
		has := func(query, part string, trips bool) {
			t.Helper()
			answer, n := asks(t, server, query)
			if !strings.Contains(answer, part) || (n > 0) != trips {
				t.Errorf("%s: %s, %d round trips; want %s, round trips: %v", query, answer, n, part, trips)
			}
		}
		has(list, `"nodes":[]`, true)
		has(list, `"nodes":[]`, false)
		has(missing, `"tag":null`, true)
		has(missing, `"tag":null`, false)
		has("query Spelled {\n tags { nodes { name } } }", `"nodes":[]`, true)

		// The empty list gets an element, and the missing entry now exists.
		id := publishTag(t, server, "Mới")
		has(list, `"Mới"`, true)
		has(list, `"Mới"`, false)
		has(missing, `"Mới"`, true)
		has(missing, `"Mới"`, false)

		// A draft changes nothing for readers, but its publication does, and so does a scheduled time.
		change(t, server,
			fmt.Sprintf(`updateTag(id: %q, version: 2, input: {name: {text: "Khác"}}) { content: tag { id version } userErrors { code } }`, id))
		has(list, `"Mới"`, false)
		change(t, server,
			fmt.Sprintf(`publish(id: %q, version: 3, at: "2026-01-01T13:00:00Z") { content { id version } userErrors { code } }`,
				id))
		has(list, `"Mới"`, false)
		server.Clock.Forward(t, "2h")
		has(list, `"Khác"`, true)
		has(list, `"Khác"`, false)

		// Another spelling of the same request finds the same answer.
		variables := func(text string) (string, int) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/graphql",
				strings.NewReader(`{"query":"query($s:String!){tag(slug:$s){name}}","variables":`+text+`}`))
			if err != nil {
				t.Fatal(err)
			}
			_, body := testserver.Send(t, request, "Content-Type", "application/json")
			return string(body), server.Trips()
		}
		if _, n := variables(`{"s":"moi"}`); n == 0 {
			t.Error("a question that nobody asked was answered from the cache")
		}
		if body, n := variables(` { "s" : "moi" } `); n != 0 || !strings.Contains(body, "Khác") {
			t.Errorf("%s took %d round trips", body, n)
		}

		// Errors and the answers to signed-in clients are not cached.
		for range 2 {
			if answer, n := asks(t, server, `{ tags(first: 1000) { totalCount } t: tags { totalCount } }`); n == 0 ||
				!strings.Contains(answer, "BAD_USER_INPUT") {
				t.Errorf("%s, %d round trips", answer, n)
			}
			if answer, n := asks(t, server, list, "Sen-Stage", "PUBLISHED"); n == 0 {
				t.Errorf("%s was answered from the cache", answer)
			}
		}
	})
}

// TestCachedThroughRelations checks that the answer to a filter through two relations is cached until an entry on the
// way changes.
func TestCachedThroughRelations(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := node(t, testkit.UncachedStore(t, e)) // a round trip shows that an answer is not cached
		made := func(kind, input string) string {
			t.Helper()
			id := change(t, server, fmt.Sprintf(`create%s(input: {%s}) { content: %s { id } userErrors { code } }`,
				kind, input, strings.ToLower(kind)))
			change(t, server, fmt.Sprintf(`publish(id: %q, version: 1) { content { id } userErrors { code } }`, id))
			return id
		}
		parent := made("Organization", `name: {text: "Sở"}`)
		office := made("Organization", fmt.Sprintf(`name: {text: "Phòng"}, parent: %q`, parent))
		made("Author", fmt.Sprintf(`name: {text: "Lan"}, organization: %q`, office))
		answers := func(after, name string) {
			t.Helper()
			query := `{ authors(filter: {organization: {where: {parent: {where: {name: {eq: "Sở"}}}}}}) { nodes { name } } }`
			answer, n := asks(t, server, query)
			if !strings.Contains(answer, name) || n == 0 {
				t.Errorf("after %s: %s, %d round trips; want %s, read anew", after, answer, n, name)
			}
			for range 20 { // a late notice of the change drops the answer once more
				if answer, n = asks(t, server, query); n == 0 {
					break
				}
			}
			if !strings.Contains(answer, name) || n > 0 {
				t.Errorf("after %s: %s, %d round trips; want %s, from the cache", after, answer, n, name)
			}
		}
		answers("the author was made", `"Lan"`)
		update := func(id string, version int, input string) {
			t.Helper()
			change(t, server, fmt.Sprintf(`updateOrganization(id: %q, version: %d, input: {%s}) {
				content: organization { id } userErrors { code }
			}`, id, version, input))
			change(t, server, fmt.Sprintf(`publish(id: %q, version: %d) { content { id } userErrors { code } }`, id, version+1))
		}
		update(parent, 2, `name: {text: "Cục"}`)
		answers("the farther organization was renamed", `"nodes":[]`)
		update(parent, 4, `name: {text: "Sở"}`)
		answers("it was renamed again", `"Lan"`)
		update(office, 2, `parent: null`)
		answers("the nearer organization left it", `"nodes":[]`)
	})
}

// TestCachedAmongOthers sends the same request between requests of other lengths and kinds: it is still found by its
// bytes.
func TestCachedAmongOthers(t *testing.T) {
	store := testkit.AnySample(t)
	answers := web.NewAnswers(store, 1<<24)
	server := testserver.Start(t, store, func(_ *graph.Options, o *web.Options) { o.Answers = answers })
	ask := func() { send(t, http.MethodPost, server.URL+"/graphql", two) }
	ask()
	ask() // it is cached by its bytes from the second request on
	for n := range 40 {
		get := server.URL + "/graphql?query=" + url.QueryEscape("{ site { name } "+strings.Repeat(" ", n)+"}")
		send(t, http.MethodGet, get, "", "Accept", "application/json;q=0."+strings.Repeat("5", 1+n%3))
		misses := answers.Stats().Misses.Load()
		if ask(); answers.Stats().Misses.Load() != misses {
			t.Fatalf("it was not cached after %d others", n+1)
		}
	}
}

// TestCachedPerLanguageAndClient checks that languages and people have separate answers.
func TestCachedPerLanguageAndClient(t *testing.T) {
	store := testkit.Store(t, testkit.Embedded(t))
	server := node(t, store)
	id := change(t, server,
		`createTag(input: {name: [{text: "Chữ"}, {locale: "en", text: "Word"}]}) { content: tag { id version } userErrors { code } }`)
	change(t, server, fmt.Sprintf(`publish(id: %q, version: 1) { content { id version } userErrors { code } }`, id))
	const query = `{ tags { nodes { name } } viewer { name } }`
	for range 2 {
		for locale, want := range map[string]string{"vi": `"Chữ"`, "en": `"Word"`} {
			if answer, _ := asks(t, server, query, "Sen-Locale", locale); !strings.Contains(answer, want) ||
				!strings.Contains(answer, `"viewer":null`) {
				t.Errorf("%s: %s", locale, answer)
			}
		}
	}
	_, secret, err := server.People.CreateToken(operator(t), nil, readerToken)
	if err != nil {
		t.Fatal(err)
	}
	if answer, n := asks(t, server, query, "Authorization", "Bearer "+secret); n == 0 ||
		strings.Contains(answer, `"viewer":null`) {
		t.Errorf("a signed-in client was answered as an anonymous client: %s", answer)
	}
	if answer, _ := asks(t, server, query); !strings.Contains(answer, `"viewer":null`) {
		t.Errorf("an anonymous client was answered as a signed-in one: %s", answer)
	}
}

// TestSharedCaching checks the headers for HTTP caches: the duration, the tags, and the 304 if nothing changed.
func TestSharedCaching(t *testing.T) {
	store := testkit.AnySample(t)
	server := node(t, store)
	address := server.URL + "/graphql?query=" + url.QueryEscape(`{ articles(first: 20) { nodes { title lead } } }`)
	ask := func(method string, headers ...string) (*http.Response, string) {
		t.Helper()
		return fetch(t, method, address, nil, headers...)
	}
	for _, cached := range []bool{false, true} {
		response, body := ask(http.MethodGet)
		h := response.Header
		if h.Get("Cache-Control") != "public, max-age=0, s-maxage=10, must-revalidate" || h.Get("Cache-Tag") == "" ||
			h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("cached %v: %v", cached, h)
		}
		tag := h.Get("ETag")
		if again, _ := ask(http.MethodGet, "If-None-Match", tag); again.StatusCode != http.StatusNotModified ||
			again.Header.Get("ETag") != tag {
			t.Errorf("cached %v: %d with the tag %s", cached, again.StatusCode, tag)
		}
		if head, none := ask(http.MethodHead); len(none) > 0 || head.Header.Get("ETag") != tag ||
			head.ContentLength != int64(len(body)) {
			t.Errorf("cached %v: HEAD gives %d bytes, %v", cached, len(none), head.Header)
		}
		packed, gz := ask(http.MethodGet, "Accept-Encoding", "gzip")
		if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("ETag") == tag || len(gz) >= len(body) {
			t.Errorf("cached %v: compressed: %v", cached, packed.Header)
		}
		if again, _ := ask(http.MethodGet, "If-None-Match", packed.Header.Get("ETag"), "Accept-Encoding",
			"gzip"); again.StatusCode != http.StatusNotModified {
			t.Errorf("cached %v: %d with the tag of the compressed answer", cached, again.StatusCode)
		}
		for _, part := range []string{
			"Origin", "Accept", "Sen-Locale", "Sen-Stage", "Authorization", "Cookie",
			"Accept-Encoding",
		} {
			if !strings.Contains(strings.Join(h.Values("Vary"), ","), part) {
				t.Errorf("cached %v: Vary lacks %s: %v", cached, part, h.Values("Vary"))
			}
		}
		if server.Trips() != 0 {
			t.Errorf("a cached answer took %d round trips", server.Trips())
		}
	}
	response, err := http.Post(server.URL+"/graphql", "application/json",
		bytes.NewReader([]byte(`{"query":"{ articles(first: 20) { nodes { title lead } } }"}`)))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if h := response.Header; h.Get("Cache-Control") != "no-store" || h.Get("ETag") != "" || h.Get("Cache-Tag") != "" ||
		server.Trips() != 0 {
		t.Errorf("by POST: %v, %d round trips", h, server.Trips())
	}
	// A page of an allowed origin gets its header from a cached answer too; another origin's page gets none.
	for origin, want := range map[string]int{
		"https://app.example":  http.StatusOK,
		"https://evil.example": http.StatusForbidden,
	} {
		response, _ := ask(http.MethodGet, "Origin", origin)
		if response.StatusCode != want || want == http.StatusOK &&
			response.Header.Get("Access-Control-Allow-Origin") != origin {
			t.Errorf("%s: %d %v", origin, response.StatusCode, response.Header)
		}
	}
}

// TestTwoNodes changes an entry on one server: the other one learns of it, and both learn of another program that
// writes to the store directly. With an interrupted change stream nothing is answered from the cache.
func TestTwoNodes(t *testing.T) {
	e := testkit.MongoDB(t)
	writing := node(t, testkit.Store(t, e))
	other := testkit.Store(t, e)
	reading := node(t, other)
	id := publishTag(t, writing, "Một")
	const query = `{ tags { nodes { name } } }`
	says := func(what string) func() bool {
		return func() bool {
			answer, _ := asks(t, reading, query)
			return strings.Contains(answer, what)
		}
	}
	testkit.Eventually(t, "the other node sees a new tag", says(`"Một"`))
	testkit.Eventually(t, "it answers from the cache", func() bool { _, n := asks(t, reading, query); return n == 0 })
	testkit.Set(t, e, "tags", id, `{"live.name.vi": "Hai"}`)
	testkit.Eventually(t, "the other node sees what a program changed in the store", says(`"Hai"`))
	testkit.Eventually(t, "the writing node sees it",
		func() bool { answer, _ := asks(t, writing, query); return strings.Contains(answer, `"Hai"`) })
	testkit.Unset(t, e, "tags", id, "live")
	testkit.Eventually(t, "the other node sees that a program took it back", says(`"nodes":[]`))
	id = publishTag(t, writing, "Ba")
	testkit.Eventually(t, "the other node sees what came after", says(`"Ba"`))
	testkit.Remove(t, e, "tags", id)
	testkit.Eventually(t, "the other node sees that it is gone", says(`"nodes":[]`))
	if _, _, err := other.Tags.Entry(t.Context(), content.ID(id)); err != nil {
		t.Fatal(err)
	}
}
