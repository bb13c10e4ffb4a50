// Package testserver serves a store to tests as the program does. It is apart from package testkit, so that tests of
// packages below GraphQL need not compile GraphQL.
package testserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"sen"
	"sen/graph"
	"sen/graph/limits"
	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/newsroom"
	"sen/internal/people"
	"sen/internal/search"
	"sen/internal/search/bleveindex"
	"sen/internal/search/service"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/web"
)

// Server is the whole program without its commands, on a port of its own.
type Server struct {
	*httptest.Server
	// Clock is the time of the newsroom.
	Clock *testkit.Clock
	// Newsroom runs mutations of content.
	Newsroom *newsroom.Newsroom
	// Search answers searches.
	Search *service.Service
	// People manages accounts, sessions and tokens.
	People *people.People
	trips  atomic.Int64
}

// PublicURL begins the addresses of media, so that answers do not depend on the port.
const PublicURL = "https://sen.example"

// Start serves a store over HTTP. change may change the options. Searches have no index, and compare labels.
func Start(t testing.TB, store *storage.Store, change func(*graph.Options, *web.Options)) *Server {
	t.Helper()
	return StartSearching(t, store, nil, change)
}

// StartSearching serves a store over HTTP, with searches in an index, which has all content of the store when
// StartSearching returns.
func StartSearching(
	t testing.TB, store *storage.Store, index search.Engine, change func(*graph.Options, *web.Options),
) *Server {
	t.Helper()
	log := testkit.Log(t)
	origins, err := web.ParseOrigins([]string{"https://app.example"}, false, PublicURL)
	if err != nil {
		t.Fatal(err)
	}
	g := graph.Options{Introspection: true, Limits: limits.Default, Log: log}
	clock := testkit.NewClock()
	persons := people.New(store, people.Options{Now: clock.Now, PublicURL: PublicURL, Log: log})
	w := web.Options{
		Origins: origins, Actor: persons.ActorFor, MaxBody: 1 << 20, MaxUpload: 1 << 20, Timeout: time.Minute,
		Schema: sen.Schema, Store: store, Now: clock.Now, Log: log,
		Ready: func(ctx context.Context) map[string]error { return map[string]error{"store": store.Ready(ctx)} },
	}
	if change != nil {
		change(&g, &w)
	}
	s := &Server{Clock: clock, People: persons}
	s.Newsroom = newsroom.New(store,
		newsroom.Options{Now: clock.Now, Signer: persons.Signer, PublicURL: PublicURL, Log: log})
	w.Newsroom = s.Newsroom
	s.Clock.Due = s.Newsroom.RunDue
	s.Search = service.New(service.Options{Store: store, Engine: index, Log: log})
	resolver := graph.NewResolver(store, s.Newsroom, persons, s.Search, PublicURL)
	handler := web.Handler(graph.NewExecutor(resolver, g), w)
	if index != nil {
		ctx, stop := context.WithCancel(t.Context())
		t.Cleanup(stop)
		go s.Search.Run(ctx)
		s.Indexed(t)
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, trips := engine.CountTrips(r.Context())
		if actor := actors[r.Header.Get(ActorHeader)]; actor != nil {
			ctx = auth.WithActor(ctx, actor)
		}
		handler.ServeHTTP(w, r.WithContext(ctx))
		s.trips.Store(int64(trips.Count()))
	}))
	s.Listener, s.Config.ConnContext = web.Listener(s.Listener), web.ConnContext
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// Indexed waits until the search index has everything that was written before.
func (s *Server) Indexed(t testing.TB) {
	t.Helper()
	if err := s.Search.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// ActorHeader is a request header that names the actor of a test's request.
const ActorHeader = "Test-Actor"

// actors lists the actors of tests by the value of [ActorHeader].
var actors = map[string]*content.Actor{
	"reader": {ID: "account_reader", Name: "Reader", Role: content.RoleReader},
	"writer": {ID: "account_writer", Name: "Writer", Role: content.RoleWriter},
	"other":  {ID: "account_other", Name: "Another writer", Role: content.RoleWriter},
	"editor": {ID: "account_editor", Name: "Editor", Role: content.RoleEditor},
	"tokenForArticles": {
		ID: "token_articles", Name: "Token for articles", Role: content.RoleReader,
		Kinds: []content.Kind{content.KindArticle},
	},
	"admin": {ID: "account_admin", Name: "Administrator", Role: content.RoleAdmin},
}

// Trips returns the number of round trips to the store that the last request made.
func (s *Server) Trips() int { return int(s.trips.Load()) }

// Ask sends a query by POST and returns the body of the response.
func (s *Server) Ask(t testing.TB, query string, variables json.RawMessage, headers http.Header) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return s.post(t, bytes.NewReader(body), "application/json", headers)
}

// Upload sends a query in a multipart request, with files in its variable $file or $files.
func (s *Server) Upload(t testing.TB, query string, files []txtar.File, headers http.Header) []byte {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	variables, places := map[string]any{"file": nil}, map[string][]string{}
	if strings.Contains(query, "$files") {
		variables = map[string]any{"files": make([]any, len(files))}
	}
	for i := range files {
		places[strconv.Itoa(i)] = []string{"variables.file"}
		if variables["files"] != nil {
			places[strconv.Itoa(i)] = []string{fmt.Sprintf("variables.files.%d", i)}
		}
	}
	write := func(w io.Writer, err error, value []byte) {
		if err == nil {
			_, err = w.Write(value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, field := range []struct {
		name  string
		value any
	}{{"operations", map[string]any{"query": query, "variables": variables}}, {"map", places}} {
		value, err := json.Marshal(field.value)
		if err != nil {
			t.Fatal(err)
		}
		w, err := form.CreateFormField(field.name)
		write(w, err, value)
	}
	for i, f := range files {
		w, err := form.CreateFormFile(strconv.Itoa(i), f.Name)
		write(w, err, f.Data)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	headers = headers.Clone()
	headers.Set("GraphQL-Require-Preflight", "1")
	return s.post(t, &body, form.FormDataContentType(), headers)
}

// post sends a request and returns the body of the response.
func (s *Server) post(t testing.TB, body io.Reader, contentType string, headers http.Header) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.URL+"/graphql", body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range headers {
		request.Header[name] = values
	}
	_, answer := Send(t, request, "Content-Type", contentType) //nolint:bodyclose // Send has read and closed it
	return answer
}

// Send sends a request with additional headers, given as names and values in turn. It returns the response without
// following redirects.
func Send(t testing.TB, request *http.Request, headers ...string) (*http.Response, []byte) {
	t.Helper()
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// Index returns an empty index in a folder of the test.
func Index(t testing.TB) search.Engine {
	t.Helper()
	index, err := bleveindex.Open(t.TempDir(), testkit.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := index.Close(); err != nil {
			t.Error(err)
		}
	})
	return index
}
