package service_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"testing"

	"sen/internal/content"
	"sen/internal/search"
	"sen/internal/search/bleveindex"
	"sen/internal/search/opensearch"
	"sen/internal/search/service"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }

var sites atomic.Int64

// freshSite returns the name of a site that no other test uses.
func freshSite() string { return fmt.Sprintf("service_%d", sites.Add(1)) }

// open returns the engine of a site on an OpenSearch server, for a version of the analysis.
func open(t *testing.T, server *testkit.OpenSearchServer, site, analysis string) *opensearch.Engine {
	t.Helper()
	e, err := opensearch.Open(opensearch.Options{URL: server.URL(), Name: site, Analysis: analysis})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// current returns a service that keeps an index current until the end of the test. The index is complete.
func current(t *testing.T, store *storage.Store, e search.Engine) *service.Service {
	t.Helper()
	s, _ := run(t, store, e)
	wait(t, s)
	return s
}

// allKinds are the kinds that editors search.
var allKinds = content.Kinds()

// questions are searches of every kind in the sample.
func questions() map[string]service.Question {
	all := map[string]service.Question{}
	for _, text := range []string{
		"hoi nghi tai co cau", "hội nghị tái cơ cấu", "giai thuong cnnttb", "UBND tỉnh", "uy ban nhan dan tinh",
		"nguyen huu dung", "Ðồng Tháp", "đề án an toàn điện", "khuyem cong", "hoi ng", "02/12/2020", "2020",
		"12/QĐ-UBND", "bốc thăm", "bo loc", "awards", "industrial promotion", "bai viet mau", "bài viết mẫu 03 máy sấy",
		"san pham", "xyzzyx", "KHTCTH", "",
	} {
		all[text] = service.Question{Text: text, Size: 10}
	}
	articles := service.Scope{Kinds: []content.Kind{content.KindArticle}}
	all["articles"] = service.Question{Text: "an toan", Size: 10, Scope: articles}
	articles.Filter = &content.SearchFilter{Section: &content.SearchLinkFilter{Slugs: []string{"an-toan-dien"}}}
	all["a section"] = service.Question{Text: "an toan", Size: 10, Scope: articles}
	year := 2020
	awards := service.Scope{Kinds: []content.Kind{content.KindAward}}
	awards.Filter = &content.SearchFilter{Year: &content.IntFilter{Gte: &year, Lte: &year}}
	all["a year"] = service.Question{Size: 10, Scope: awards}
	all["drafts"] = service.Question{Text: "ban nhap mat", Size: 10, Scope: service.Scope{Drafts: allKinds}}
	all["all drafts"] = service.Question{Size: 10, Scope: service.Scope{Drafts: allKinds}}
	return all
}

// TestEnginesAgree asks both engines the same about the sample: the hits, their scores, totals and facets are equal.
func TestEnginesAgree(t *testing.T) {
	server := testkit.OpenSearch(t)
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		index, err := bleveindex.Open(t.TempDir(), testkit.Log(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = index.Close() })
		services := map[string]*service.Service{
			"bleve": current(t, store, index), "OpenSearch": current(t, store, open(t, server, freshSite(), "1")),
		}
		same := func(what string, ask func(*service.Service) (answer any, hits int, err error)) {
			t.Helper()
			texts := map[string]string{}
			for name, s := range services {
				answer, hits, err := ask(s)
				if err != nil {
					t.Fatal(name, what, err)
				}
				if hits == 0 && what != "xyzzyx" {
					t.Error(name, "finds nothing:", what)
				}
				texts[name] = fmt.Sprintf("%+v", answer)
			}
			if texts["bleve"] != texts["OpenSearch"] {
				t.Errorf("%q: bleve %s\nOpenSearch %s", what, texts["bleve"], texts["OpenSearch"])
			}
		}
		for what, q := range questions() {
			same(what, func(s *service.Service) (any, int, error) {
				a, err := s.Find(t.Context(), q)
				if err != nil {
					return nil, 0, err
				}
				return []any{a.Hits, a.Total, a.Loose, a.Suggestion}, len(a.Hits), nil
			})
			same(what, func(s *service.Service) (any, int, error) {
				counts, err := s.Count(t.Context(), q, search.Keys())
				return counts, len(counts[search.KeyKind]), err
			})
		}
		for _, prefix := range []string{"hoi", "hội ng", "ubn", "bai viet mau 0", "so c", "cnn"} {
			same(prefix, func(s *service.Service) (any, int, error) {
				hits, err := s.Suggest(t.Context(), service.Scope{}, prefix, 8)
				return hits, len(hits), err
			})
		}
		for name, s := range services {
			if state := s.State(); state != (service.State{}) {
				t.Error(name, state)
			}
		}
	})
}

// site is a server with a search.
type site struct {
	*testserver.Server
	t *testing.T
}

func serve(t *testing.T, store *storage.Store, e search.Engine) site {
	t.Helper()
	return site{testserver.StartSearching(t, store, e, nil), t}
}

// answer is the answer to a request of a [site].
type answer struct {
	Data       map[string]json.RawMessage
	Errors     json.RawMessage
	Extensions struct{ Search service.State }
}

// do sends a request of an editor. It fails on errors.
func (s site) do(query string) (a answer) {
	s.t.Helper()
	text := s.Ask(s.t, query, nil, http.Header{testserver.ActorHeader: {"editor"}})
	if err := json.Unmarshal(text, &a); err != nil || a.Errors != nil {
		s.t.Fatalf("%s: %s %v", query, text, err)
	}
	return a
}

// publish makes a tag that readers see.
func (s site) publish(name string) {
	s.t.Helper()
	entry := struct {
		Entry struct {
			ID      string
			Version int
		}
	}{}
	const fields = `{ id version }`
	a := s.do(fmt.Sprintf(`mutation { made: createTag(input: {name: {text: %q}}) { entry: tag %s } }`, name, fields))
	if err := json.Unmarshal(a.Data["made"], &entry); err != nil || entry.Entry.ID == "" {
		s.t.Fatal(string(a.Data["made"]), err)
	}
	s.do(fmt.Sprintf(`mutation { publish(id: %q, version: %d) { userErrors { message } } }`,
		entry.Entry.ID, entry.Entry.Version))
}

// finds reports whether a search finds anything, and whether the answer may be incomplete.
func (s site) finds(text string) (found bool, state service.State) {
	s.t.Helper()
	a := s.do(fmt.Sprintf(`{ search(query: %q) { totalCount nodes { label } } }`, text))
	var hits struct{ Nodes []struct{ Label string } }
	if err := json.Unmarshal(a.Data["search"], &hits); err != nil {
		s.t.Fatal(err)
	}
	return len(hits.Nodes) > 0, a.Extensions.Search
}
