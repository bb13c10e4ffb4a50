package opensearch_test

import (
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sen/internal/search"
	"sen/internal/search/opensearch"
	"sen/internal/testkit"
)

// TestKilledServer kills a server and checks that the error is the right one, and that the same engine finds what was
// written after a restart.
func TestKilledServer(t *testing.T) {
	server, err := testkit.StartOpenSearch(t.Context(), t.TempDir())
	if errors.Is(err, testkit.ErrNoOpenSearch) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Remove() })
	e := open(t, options(server.URL()))
	if _, err := e.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, e, put("a", 1, "word"))
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Find(t.Context(), search.Request{Stages: both, Size: 1}); !errors.Is(err, opensearch.ErrUnavailable) {
		t.Error("a search:", err)
	}
	if err := e.Write(t.Context(), []search.Change{put("b", 1, "word")}); !errors.Is(err, opensearch.ErrUnavailable) {
		t.Error("a write:", err)
	}
	if _, err := e.Prepare(t.Context()); !errors.Is(err, opensearch.ErrUnavailable) {
		t.Error("preparing:", err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stale, err := e.Prepare(t.Context()); stale || err != nil {
		t.Error(stale, err)
	}
	equal(t, "after the restart", titled(t, e, "word"), "a")
	write(t, e, put("b", 1, "word"))
	equal(t, "a write after the restart", titled(t, e, "word"), "a b")
}

// TestCredentials connects through a proxy with TLS that checks credentials.
func TestCredentials(t *testing.T) {
	target, err := url.Parse(testkit.OpenSearch(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "sen" || password != "right" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte("Unauthorized"))
			return
		}
		forward.ServeHTTP(w, r)
	}))
	proxy.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that refuses the certificate is no fault
	proxy.StartTLS()
	t.Cleanup(proxy.Close)
	authorities := filepath.Join(t.TempDir(), "authorities.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw})
	if err := os.WriteFile(authorities, text, 0o600); err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(proxy.URL, "https://")
	for _, c := range []struct {
		url, user, password, authorities string
		want                             error
	}{
		{"https://sen:right@" + host, "", "", authorities, nil},
		{"https://" + host + "/", "sen", "right", authorities, nil},
		{"https://sen:secret@" + host, "sen", "right", authorities, opensearch.ErrRefused},
		{"https://" + host, "", "", authorities, opensearch.ErrRefused},
		{"https://sen:secret@" + host, "", "", "", opensearch.ErrUnavailable}, // its certificate is not known
		{"https://sen:secret@127.0.0.1:1", "", "", authorities, opensearch.ErrUnavailable},
	} {
		o := options(c.url)
		o.User, o.Password, o.Authorities = c.user, c.password, c.authorities
		_, err := open(t, o).Prepare(t.Context())
		if !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Error("the error has the password:", err)
		}
	}
}

// TestOpenRefuses checks that wrong options are refused without telling the password.
func TestOpenRefuses(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.pem")
	if err := os.WriteFile(none, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, o := range []opensearch.Options{
		{URL: "https://sen:secret%zz@host", Name: "sen", Analysis: "1"},
		{URL: "host:9200", Name: "sen", Analysis: "1"},
		{URL: "http://host", Name: "Sen", Analysis: "1"},
		{URL: "http://host", Name: "sen", Analysis: "1-2"},
		{URL: "https://host", Name: "sen", Analysis: "1", Authorities: none},
	} {
		if _, err := opensearch.Open(o); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// TestOtherServer refuses a server that is not OpenSearch 2 or later.
func TestOtherServer(t *testing.T) {
	for _, answer := range []string{
		`{"version": {"number": "8.1.0"}}`,
		`{"version": {"number": "1.3.20", "distribution": "opensearch"}}`,
		`{}`, `welcome`,
	} {
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(answer))
		}))
		if _, err := open(t, options(other.URL)).Prepare(t.Context()); err == nil {
			t.Error("accepted:", answer)
		}
		other.Close()
	}
}
