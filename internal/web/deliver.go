package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sen/internal/cache"
)

var (
	noStore    = []string{"no-store"}
	noSniff    = []string{"nosniff"}
	gzipCoding = []string{"gzip"}
)

// sharedVary names the header fields of a request on which a shared answer depends.
var sharedVary = []string{"Origin, Accept, Accept-Encoding, Sen-Locale, Sen-Stage, Authorization, Cookie"}

// deliver sends a shared answer. It is compressed if the client accepts that. The answer to GET and HEAD is 304 if
// the client already has it.
func deliver(w http.ResponseWriter, r *http.Request, answer *cache.Answer) {
	h := w.Header()
	for name, values := range answer.Header {
		h[name] = values
	}
	h["Vary"] = sharedVary
	packed := len(answer.Body) >= minCompressed && acceptsGzip(r.Header["Accept-Encoding"])
	if r.Method == http.MethodPost {
		h["Cache-Control"] = noStore
		delete(h, "Etag")
		delete(h, "Cache-Tag")
		delete(h, "Cdn-Cache-Control")
	} else if asked := r.Header["If-None-Match"]; packed || len(asked) > 0 {
		plain := answer.Header["Etag"][0]
		tags := []string{plain, strings.TrimSuffix(plain, `"`) + `-gzip"`}
		if packed {
			slices.Reverse(tags)
		}
		h["Etag"] = tags[:1]
		if tag := matchingTag(asked, tags); tag != "" {
			h["Etag"] = []string{tag}
			delete(h, "Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body := answer.Body
	if packed {
		body = answer.Gzip()
		h["Content-Encoding"] = gzipCoding
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(answer.Status)
	if r.Method != http.MethodHead {
		writeReady(w, r, body)
	}
}
