package service_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sen/internal/search"
	"sen/internal/search/opensearch"
	"sen/internal/search/service"
	"sen/internal/storage/feed"
	"sen/internal/storage/lease"
	"sen/internal/testkit"
)

// counted is an engine that counts the documents it is told to write.
type counted struct {
	*opensearch.Engine
	written atomic.Int64
	// asked counts the searches.
	asked atomic.Int64
	// before is called before each write to a new index, committed before the index is used.
	before, committed func()
}

func (c *counted) Write(ctx context.Context, changes []search.Change) error {
	c.count(changes)
	return c.Engine.Write(ctx, changes)
}

func (c *counted) Find(ctx context.Context, r search.Request) (*search.Result, error) {
	c.asked.Add(1)
	return c.Engine.Find(ctx, r)
}

func (c *counted) count(changes []search.Change) {
	for _, change := range changes {
		if change.Document != nil {
			c.written.Add(1)
		}
	}
}

func (c *counted) Build(ctx context.Context) (search.Builder, error) {
	b, err := c.Engine.Build(ctx)
	return building{b, c}, err
}

type building struct {
	search.Builder
	engine *counted
}

func (b building) Write(ctx context.Context, changes []search.Change) error {
	if b.engine.before != nil {
		b.engine.before()
	}
	b.engine.count(changes)
	return b.Builder.Write(ctx, changes)
}

func (b building) Commit(ctx context.Context) error {
	if b.engine.committed != nil {
		b.engine.committed()
	}
	return b.Builder.Commit(ctx)
}

// documents returns the number of documents in an index.
func documents(t *testing.T, e search.Engine) (all int) {
	t.Helper()
	for _, stage := range []search.Stage{search.Published, search.Drafts} {
		n, err := e.Documents(t.Context(), stage)
		if err != nil {
			t.Fatal(err)
		}
		all += n
	}
	return all
}

// TestSharedIndex starts two servers of a site at once: one of them fills the index, and each finds what the other
// writes.
func TestSharedIndex(t *testing.T) {
	server, name := testkit.OpenSearch(t), freshSite()
	e := testkit.MongoDB(t)
	testkit.SampleStore(t, e)
	var servers [2]site
	var engines [2]*counted
	var group sync.WaitGroup
	for i := range servers {
		store := testkit.Store(t, e)
		testkit.Follow(t, store)
		engines[i] = &counted{Engine: open(t, server, name, "1")}
		group.Go(func() { servers[i] = serve(t, store, engines[i]) })
	}
	group.Wait()
	first, second := engines[0].written.Load(), engines[1].written.Load()
	// A server that looks while the last documents become visible may write those again.
	if n := int64(documents(t, engines[0])); n == 0 || first+second < n || min(first, second) > n/10 {
		t.Errorf("the servers wrote %d and %d documents; the index has %d", first, second, n)
	}
	for i, word := range []string{"Xoài Cao Lãnh", "Quýt hồng Lai Vung"} {
		servers[i].publish(word)
		testkit.Eventually(t, "the other server finds it", func() bool {
			found, state := servers[1-i].finds(word)
			if state != (service.State{}) {
				t.Error(state)
			}
			return found
		})
	}
}

// TestLeaseLeft starts a server while another one has the lease, which then ends without releasing it.
func TestLeaseLeft(t *testing.T) {
	lease.Term = 2 * time.Second
	t.Cleanup(func() { lease.Term = 30 * time.Second })
	server := testkit.OpenSearch(t)
	e := testkit.MongoDB(t)
	other, store := testkit.SampleStore(t, e), testkit.Store(t, e)
	dying, die := context.WithCancel(t.Context())
	defer die()
	if hold, err := other.Holds.Try(dying, "search index"); hold == nil || err != nil {
		t.Fatal(hold, err)
	}
	engine := &counted{Engine: open(t, server, freshSite(), "1")}
	s := service.New(service.Options{Store: store, Engine: engine, Log: testkit.Log(t)})
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go s.Run(ctx)
	testkit.Eventually(t, "the server sees that the index is empty", func() bool { return s.State().Building })
	time.Sleep(time.Second) // it has no lease, so it writes nothing
	if n := engine.written.Load(); n > 0 || !s.State().Building {
		t.Errorf("a server without the lease wrote %d documents", n)
	}
	die()
	if err := s.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := engine.written.Load(); n == 0 || s.State().Building {
		t.Error("nobody filled the index")
	}
}

// TestStaleIndex starts a server with another analysis: it rebuilds the index under a new name. Meanwhile the old one
// answers, and has what is written. Afterwards it is gone. A server of the old version does not bring it back.
func TestStaleIndex(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server, name := testkit.OpenSearch(t), freshSite()
		store := testkit.SampleStore(t, e)
		old := serve(t, store, open(t, server, name, "old"))
		engine := &counted{Engine: open(t, server, name, "1")}
		n := documents(t, engine)
		next := service.New(service.Options{Store: store, Engine: engine, Log: testkit.Log(t)})
		expect := func(when, text string) {
			t.Helper()
			a, err := next.Find(t.Context(), service.Question{Text: text, Size: 10})
			if err != nil || a.Total == 0 || next.State() != (service.State{}) {
				t.Error(when, text, a, err, next.State())
			}
		}
		builds := 0
		engine.before = func() {
			builds++
			expect("during the build:", "hoi nghi")
			old.publish("Bánh phồng tôm")
			old.Indexed(t)
			expect("during the build:", "banh phong tom")
		}
		engine.committed = func() {
			// all documents of the new index, and the tag in the old one
			if got := engine.written.Load(); got != int64(n)+1 {
				t.Errorf("%d documents were written before the new index is used, want %d", got, n+1)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		t.Cleanup(stop)
		go next.Run(ctx)
		if err := next.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect("after the build:", "hoi nghi")
		expect("after the build:", "banh phong tom")
		if got := documents(t, engine); got != n+1 || builds != 1 {
			t.Errorf("after %d builds the index has %d documents, before %d", builds, got, n)
		}
		names := fmt.Sprint(indexes(t, server, name))
		if strings.Count(names, name) != 2 || strings.Contains(names, "-old_") {
			t.Error("the indexes are", names)
		}
		store.Feed.Changed(feed.Change{}) // all servers compare the index with the store
		old.Indexed(t)
		if err := next.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := fmt.Sprint(indexes(t, server, name)); after != names {
			t.Errorf("the indexes were %s and are %s", names, after)
		}
	})
}

// TestDeletedIndex deletes the index of a running server: the next write, which fails, fills it again.
func TestDeletedIndex(t *testing.T) {
	server, name := testkit.OpenSearch(t), freshSite()
	engine := open(t, server, name, "1")
	s := serve(t, testkit.SampleStore(t, testkit.Embedded(t)), engine)
	n := documents(t, engine)
	request(t, http.MethodDelete, server.URL()+"/"+name+"-*")
	s.publish("Bánh phồng tôm")
	s.Indexed(t)
	if got := documents(t, engine); got != n+1 {
		t.Errorf("the index has %d documents, want %d", got, n+1)
	}
}

// indexes returns the names of the indexes of a site.
func indexes(t *testing.T, server *testkit.OpenSearchServer, site string) []string {
	t.Helper()
	return strings.Fields(request(t, http.MethodGet, server.URL()+"/_cat/indices/"+site+"-*?h=index&s=index"))
}

// request sends a request and returns the answer.
func request(t *testing.T, method, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, string(text), err)
	}
	return string(text)
}
