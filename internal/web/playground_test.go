package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func askPlayground(t *testing.T, method, target string, header map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	playground().ServeHTTP(w, r)
	return w.Result()
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPlaygroundHeaders(t *testing.T) {
	for target, mimeType := range map[string]string{
		"/playground":                "text/html; charset=utf-8",
		"/playground/playground.js":  "text/javascript; charset=utf-8",
		"/playground/playground.css": "text/css; charset=utf-8",
		"/playground/licenses.txt":   "text/plain; charset=utf-8",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			t.Run(method+" "+target, func(t *testing.T) {
				res := askPlayground(t, method, target, nil)
				if res.StatusCode != http.StatusOK {
					t.Fatalf("status %d", res.StatusCode)
				}
				for name, want := range map[string]string{
					"Content-Type":            mimeType,
					"Content-Security-Policy": playgroundPolicy,
					"Referrer-Policy":         "no-referrer",
					"X-Content-Type-Options":  "nosniff",
					"Cache-Control":           "no-cache",
					"Vary":                    "Accept-Encoding",
					"Content-Encoding":        "",
				} {
					if got := res.Header.Get(name); got != want {
						t.Errorf("%s: %q, want %q", name, got, want)
					}
				}
				body := readAll(t, res.Body)
				if method == http.MethodHead && len(body) > 0 {
					t.Errorf("an answer to HEAD with %d bytes", len(body))
				}
				if method == http.MethodGet && res.Header.Get("Content-Length") != strconv.Itoa(len(body)) {
					t.Errorf("Content-Length %s of %d bytes", res.Header.Get("Content-Length"), len(body))
				}
			})
		}
	}
}

func TestPlaygroundPolicyIsStrict(t *testing.T) {
	for _, word := range []string{"unsafe", "http:", "https:", "*"} {
		if strings.Contains(playgroundPolicy, word) {
			t.Errorf("the policy has %q", word)
		}
	}
}

func TestPlaygroundGzip(t *testing.T) {
	plain := askPlayground(t, http.MethodGet, "/playground/playground.css",
		map[string]string{"Accept-Encoding": "br, gzip;q=0"})
	if got := plain.Header.Get("Content-Encoding"); got != "" {
		t.Fatalf("gzip was refused, and the answer is by %q", got)
	}
	compressed := askPlayground(t, http.MethodGet, "/playground/playground.css",
		map[string]string{"Accept-Encoding": "gzip, deflate, br, zstd"})
	if got := compressed.Header.Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("gzip was offered, and the answer is by %q", got)
	}
	if plain.Header.Get("ETag") == compressed.Header.Get("ETag") {
		t.Error("the same ETag for different bytes")
	}
	bytesOf := readAll(t, compressed.Body)
	if got := compressed.Header.Get("Content-Length"); got != strconv.Itoa(len(bytesOf)) {
		t.Errorf("Content-Length %s of %d bytes", got, len(bytesOf))
	}
	r, err := gzip.NewReader(bytes.NewReader(bytesOf))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(readAll(t, r), readAll(t, plain.Body)) {
		t.Error("the compressed answer unpacks to something else")
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "br, gzip": true, "gzip;q=0.5": true, "gzip; q=0": false,
		"gzip;q=0.000": false,
		"*":            true, "*;q=0": false, "gzip;q=0, *": false, "identity": false, "gzip;q=x": false, "notgzip": false,
	} {
		if got := acceptsGzip([]string{header}); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

func TestPlaygroundNotModified(t *testing.T) {
	for _, encoding := range []string{"", "gzip"} {
		first := askPlayground(t, http.MethodGet, "/playground/playground.js", map[string]string{"Accept-Encoding": encoding})
		again := askPlayground(t, http.MethodGet, "/playground/playground.js", map[string]string{
			"Accept-Encoding": encoding, "If-None-Match": `"other", W/` + first.Header.Get("ETag"),
		})
		if again.StatusCode != http.StatusNotModified || len(readAll(t, again.Body)) > 0 {
			t.Errorf("by %q: status %d", encoding, again.StatusCode)
		}
		if again.Header.Get("ETag") != first.Header.Get("ETag") || again.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("by %q: the 304 lacks its headers: %v", encoding, again.Header)
		}
	}
}

func TestPlaygroundRefuses(t *testing.T) {
	for request, want := range map[string]int{
		"GET /playground/nothing.js":         http.StatusNotFound,
		"GET /playground/index.html":         http.StatusNotFound, // it has only one address
		"GET /playground/playground.js/more": http.StatusNotFound,
		"GET /playground/..%2fplayground.go": http.StatusNotFound,
		"POST /playground":                   http.StatusMethodNotAllowed,
		"DELETE /playground/playground.js":   http.StatusMethodNotAllowed,
		"GET /playground/":                   http.StatusMovedPermanently,
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := askPlayground(t, method, target, nil).StatusCode; got != want {
			t.Errorf("%s: %d, want %d", request, got, want)
		}
	}
	if got := askPlayground(t, http.MethodGet, "/playground/", nil).Header.Get("Location"); got != "/playground" {
		t.Errorf("the address with a slash leads to %q", got)
	}
}

// TestPlaygroundLoadsOnlyOwnFiles follows what the page loads: every file is served by this program, and together
// they are small.
func TestPlaygroundLoadsOnlyOwnFiles(t *testing.T) {
	const mostBytes = 800_000

	page := string(readAll(t, askPlayground(t, http.MethodGet, "/playground", nil).Body))
	if strings.Contains(page, "<style") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(page) ||
		regexp.MustCompile(`\s(style|on\w+)=`).MatchString(page) {
		t.Error("the page has inline code or style, which its policy blocks")
	}
	targets := []string{"/playground"}
	for _, match := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		address := match[1]
		switch {
		case strings.HasPrefix(address, "data:image/"), address == "graphql", address == "schema.graphqls":
		case strings.HasPrefix(address, "playground/"):
			targets = append(targets, "/"+address)
		default:
			t.Errorf("the page points to %q", address)
		}
	}
	if len(targets) != 3 {
		t.Errorf("the page loads %q, where a script and a stylesheet were expected", targets)
	}
	sum := 0
	for _, target := range targets {
		res := askPlayground(t, http.MethodGet, target, map[string]string{"Accept-Encoding": "gzip"})
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", target, res.StatusCode)
		}
		sum += len(readAll(t, res.Body))
	}
	if sum > mostBytes {
		t.Errorf("the page is %d bytes over the wire, more than %d", sum, mostBytes)
	}
	t.Logf("%d bytes over the wire", sum)

	css, err := fs.ReadFile(playgroundFiles, "playground/playground.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile(`url\(\s*["']?([^"')]{0,40})|@import[^;]{0,40}`).FindAllStringSubmatch(string(css), -1) {
		if !strings.HasPrefix(match[1], "data:image/") && !strings.HasPrefix(match[1], "#") {
			t.Errorf("the stylesheet loads %q", match[0])
		}
	}
}
