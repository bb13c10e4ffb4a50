package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The page is built from npm packages by playground/build.mjs and committed, so that Go alone can build the program.
//
//go:embed playground/*
var playgroundFiles embed.FS

// playgroundPolicy lets the page load and reach only its own origin. GraphiQL by default needs a less strict policy;
// playground/build.mjs removes the parts that need it.
const playgroundPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// playground answers /playground with the page and /playground/NAME with the files that the page loads, for GET and
// HEAD. It compresses each file once.
func playground() http.Handler {
	index := newPlaygroundAsset("index.html")
	assets := make(map[string]*playgroundAsset)
	entries, err := fs.ReadDir(playgroundFiles, "playground")
	if err != nil {
		panic(err) // the folder is embedded in the program
	}
	for _, entry := range entries {
		if name := entry.Name(); name != "index.html" {
			assets[name] = newPlaygroundAsset(name)
		}
	}

	mux := http.NewServeMux()
	mux.Handle("GET /playground", index)
	// The addresses in the page are relative: with a slash at the end, the browser would look for them one folder too
	// deep.
	mux.Handle("GET /playground/{$}", http.RedirectHandler("../playground", http.StatusMovedPermanently))
	mux.HandleFunc("GET /playground/{name}", func(w http.ResponseWriter, r *http.Request) {
		asset, ok := assets[r.PathValue("name")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		asset.ServeHTTP(w, r)
	})
	return mux
}

// playgroundAsset is one file of the page, plain and compressed by gzip.
type playgroundAsset struct {
	mimeType string
	etag     string // of the plain file, without the quotes
	plain    []byte
	gzip     func() []byte
}

func newPlaygroundAsset(name string) *playgroundAsset {
	plain, err := playgroundFiles.ReadFile("playground/" + name)
	if err != nil {
		panic(err) // the file is embedded in the program
	}
	mimeType, ok := map[string]string{
		".html": "text/html; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".txt":  "text/plain; charset=utf-8",
	}[path.Ext(name)]
	if !ok {
		// The table of media types differs between machines, so it is not used.
		panic(fmt.Sprintf("no media type is known for %s of the playground", name))
	}
	sum := sha256.Sum256(plain)
	return &playgroundAsset{
		mimeType: mimeType,
		etag:     hex.EncodeToString(sum[:12]),
		plain:    plain,
		// On first use, so that a server whose playground nobody opens does not spend time on it at its start.
		gzip: sync.OnceValue(func() []byte {
			var compressed bytes.Buffer
			w, _ := gzip.NewWriterLevel(&compressed, gzip.BestCompression) // fails only for an unknown level
			_, _ = w.Write(plain)                                          // a bytes.Buffer never fails
			_ = w.Close()
			return compressed.Bytes()
		}),
	}
}

func (a *playgroundAsset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", a.mimeType)
	header.Set("Content-Security-Policy", playgroundPolicy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	// The names of the files stay the same from release to release, so the browser must ask each time; usually the
	// answer is 304.
	header.Set("Cache-Control", "no-cache")
	header.Add("Vary", "Accept-Encoding")

	body, etag := a.plain, a.etag
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		body, etag = a.gzip(), a.etag+"-gzip"
		header.Set("Content-Encoding", "gzip")
		header.Set("Content-Length", strconv.Itoa(len(body))) // ServeContent does not set it for an encoded answer
	}
	header.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip reports whether a client with these Accept-Encoding headers accepts gzip.
func acceptsGzip(values []string) bool {
	wildcard := false
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			coding, params, _ := strings.Cut(item, ";")
			weight := 1.0
			if key, q, ok := strings.Cut(strings.TrimSpace(params), "="); ok && strings.EqualFold(key, "q") {
				var err error
				if weight, err = strconv.ParseFloat(strings.TrimSpace(q), 64); err != nil {
					weight = 0
				}
			}
			switch strings.ToLower(strings.TrimSpace(coding)) {
			case "gzip", "x-gzip":
				return weight > 0
			case "*":
				wildcard = weight > 0
			}
		}
	}
	return wildcard
}
