package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// uncached serves the sample content and caches no answers: the headers for HTTP caches are the same.
func uncached(t *testing.T) *testserver.Server {
	t.Helper()
	return testserver.Start(t, testkit.AnySample(t), func(_ *graph.Options, o *web.Options) { o.SharedMaxAge = 10e9 })
}

func addressOf(server *testserver.Server, query string) string {
	return server.URL + "/graphql?query=" + url.QueryEscape(query)
}

const (
	articlesQuery = `{ articles(first: 20) { nodes { title lead } } }`
	sharedControl = "public, max-age=0, s-maxage=10, must-revalidate"
)

// TestCacheControl checks for each sort of GET request what caches may do with the answer; HEAD has the same header.
func TestCacheControl(t *testing.T) {
	kept := node(t, testkit.AnySample(t))
	_, secret, err := kept.People.CreateToken(operator(t), nil, readerToken)
	if err != nil {
		t.Fatal(err)
	}
	for name, server := range map[string]*testserver.Server{"kept": kept, "not kept": uncached(t)} {
		for _, c := range []struct {
			name, query string
			headers     []string
			control     string
		}{
			{"content", articlesQuery, nil, sharedControl},
			{"content in a language", articlesQuery, []string{"Sen-Locale", "en"}, sharedControl},
			{"content, with a cookie of someone else", articlesQuery, []string{"Cookie", "theme=dark"}, sharedControl},
			{"nothing that is content", `{ viewer { name } }`, nil, "no-cache"},
			{"the schema", `{ __schema { queryType { name } } }`, nil, "no-cache"},
			{"an error in a field", `{ articles(first: 1000) { totalCount } tags { totalCount } }`, nil, "no-store"},
			{"an invalid document", `{ nothing }`, nil, "no-store"},
			{"a mutation", `mutation { signOut { userErrors { code } } }`, nil, "no-store"},
			{"drafts", `{ articles(stage: DRAFT) { totalCount } }`, nil, "no-store"},
			{"drafts by header", articlesQuery, []string{"Sen-Stage", "DRAFT"}, "no-store"},
			{"what is published, by header", articlesQuery, []string{"Sen-Stage", "PUBLISHED"}, "no-store"},
			{"a malformed language", articlesQuery, []string{"Sen-Locale", "???"}, "no-store"},
			{"someone's content", articlesQuery, []string{"Authorization", "Bearer " + secret}, "private, no-store"},
			{"a wrong secret", articlesQuery, []string{"Authorization", "Bearer wrong"}, "no-store"},
			{"a secret for whoever stands in front", articlesQuery, []string{"Authorization", "Basic eDp5"}, "no-store"},
			{"a session that is over", articlesQuery, []string{"Cookie", "sen_session=over"}, "no-store"},
			{"a foreign origin", articlesQuery, []string{"Origin", "https://evil.example"}, "no-store"},
			{"an answer of no type", articlesQuery, []string{"Accept", "text/html"}, "no-store"},
		} {
			if strings.HasPrefix(c.name, "someone") && server != kept {
				continue // its accounts are in another store
			}
			for range 2 {
				response, body := fetch(t, http.MethodGet, addressOf(server, c.query), nil, c.headers...)
				h := response.Header
				stored := c.control != "no-store" && c.control != "private, no-store"
				if h.Get("Cache-Control") != c.control || (h.Get("ETag") != "") != stored ||
					(h.Get("Cache-Tag") != "") != (c.control == sharedControl) ||
					(h.Get("CDN-Cache-Control") == "public, max-age=10, stale-while-revalidate=60") != (c.control == sharedControl) {
					t.Errorf("%s, %s: %d %v", name, c.name, response.StatusCode, h)
				}
				if stored && h.Get("Set-Cookie") != "" {
					t.Errorf("%s, %s: a cookie goes to whoever comes next: %v", name, c.name, h)
				}
				head, none := fetch(t, http.MethodHead, addressOf(server, c.query), nil, c.headers...)
				if none != "" || head.StatusCode != response.StatusCode || head.ContentLength != int64(len(body)) {
					t.Errorf("%s, %s: HEAD gives %d, %d bytes, length %d; GET %d, %d", name, c.name, head.StatusCode, len(none),
						head.ContentLength, response.StatusCode, len(body))
				}
				for _, field := range []string{"Cache-Control", "ETag", "Content-Type", "Cache-Tag", "CDN-Cache-Control", "Allow"} {
					if head.Header.Get(field) != h.Get(field) {
						t.Errorf("%s, %s: HEAD has the %s %q, GET %q", name, c.name, field, head.Header.Get(field), h.Get(field))
					}
				}
			}
		}
	}
}

// TestNotModified asks again with the entity tags of the plain and the compressed answer.
func TestNotModified(t *testing.T) {
	const vary = "Origin, Accept, Accept-Encoding, Sen-Locale, Sen-Stage, Authorization, Cookie"
	for name, server := range map[string]*testserver.Server{
		"kept":     node(t, testkit.AnySample(t)),
		"not kept": uncached(t),
	} {
		address := addressOf(server, articlesQuery)
		response, _ := fetch(t, http.MethodGet, address, nil)
		plain := response.Header.Get("ETag")
		packed := strings.TrimSuffix(plain, `"`) + `-gzip"`
		for _, c := range []struct{ accept, named, tag string }{
			{"identity", plain, plain},
			{"identity", packed, packed},
			{"gzip", plain, plain},
			{"gzip", packed, packed},
			{"gzip", plain + ", " + packed, packed},
			{"identity", packed + "," + plain, plain},
			{"gzip", "*", packed},
			{"identity", "*", plain},
			{"identity", `"other", W/` + plain, plain},
			{"gzip, deflate, br, zstd", packed, packed},
			{"zstd", plain, plain},
			{"identity", `"other"`, ""},
			{"gzip", `"other"`, ""},
			{"zstd", `"other"`, ""},
			{"identity", strings.Trim(plain, `"`), ""},
			{"identity", strings.TrimSuffix(plain, `"`) + `-br"`, ""},
		} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				again, body := fetch(t, method, address, nil, "Accept-Encoding", c.accept, "If-None-Match", c.named)
				h := again.Header
				if got := strings.Join(h.Values("Vary"), "; "); got != vary || h.Get("Cache-Control") != sharedControl ||
					h.Get("Cache-Tag") == "" {
					t.Errorf("%s, %s %v: %v", name, method, c, h)
				}
				if c.tag == "" {
					want := plain
					if c.accept == "gzip" {
						want = packed
					}
					length, _ := strconv.Atoi(h.Get("Content-Length"))
					if again.StatusCode != http.StatusOK || h.Get("ETag") != want || length == 0 || method == http.MethodGet &&
						length != len(body) || method == http.MethodHead && body != "" {
						t.Errorf("%s, %s %v: %d %v", name, method, c, again.StatusCode, h)
					}
					continue
				}
				if again.StatusCode != http.StatusNotModified || body != "" || h.Get("ETag") != c.tag ||
					h.Get("Content-Type") != "" || h.Get("Content-Encoding") != "" || h.Get("Content-Length") != "" {
					t.Errorf("%s, %s %v: %d %v %s", name, method, c, again.StatusCode, h, body)
				}
			}
		}
	}
}

// TestHeadOfPrivate checks that HEAD gives no wrong length for an answer that GET would compress.
func TestHeadOfPrivate(t *testing.T) {
	server := uncached(t)
	headers := []string{"Sen-Stage", "PUBLISHED", "Accept-Encoding", "gzip"}
	response, body := fetch(t, http.MethodGet, addressOf(server, articlesQuery), nil, headers...)
	if response.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("not compressed: %v", response.Header)
	}
	if head, _ := fetch(t, http.MethodHead, addressOf(server, articlesQuery), nil, headers...); head.ContentLength >= 0 &&
		head.ContentLength != int64(len(body)) {
		t.Errorf("HEAD tells of %d bytes, GET gives %d", head.ContentLength, len(body))
	}
}
