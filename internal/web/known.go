package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sen/internal/cache"
	"sen/internal/storage"
	"sen/internal/storage/feed"
)

// known answers requests whose answer is kept as bytes, by what the
// client sent, byte for byte, before any of it is read. Only strangers share answers.
type known struct {
	answers *cache.Answers
	rate    *rateLimit
	turns   *turns
	next    http.Handler
}

// sharedVary are the request's header fields that an answer to strangers depends on.
var sharedVary = []string{"Origin, Accept, Accept-Encoding, Sen-Locale, Sen-Stage, Authorization, Cookie"}

// maxKnown is the largest request in bytes that is looked for as it was sent.
const maxKnown = 32 << 10

var buffers = sync.Pool{New: func() any { return new([maxKnown]byte) }}

func (k known) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if k.answers == nil || !shareable(r) {
		k.next.ServeHTTP(w, r)
		return
	}
	buffer := buffers.Get().(*[maxKnown]byte)
	defer buffers.Put(buffer)
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet // the same, but for the body
	}
	sent := buffer[:copy(buffer[:], method)]
	for _, name := range []string{"Accept", "Sen-Locale"} {
		for _, value := range r.Header[name] {
			sent = append(append(sent, 0), value...)
		}
		sent = append(sent, 1)
	}
	sent = append(sent, r.URL.RawQuery...)
	sent = append(sent, 1)
	head := len(sent)
	if r.ContentLength > int64(maxKnown-head) {
		k.next.ServeHTTP(w, r)
		return
	}
	if r.Method == http.MethodPost {
		sent = sent[:head+int(r.ContentLength)]
		if n, err := io.ReadFull(r.Body, sent[head:]); err != nil {
			r.Body = unread{strings.NewReader(string(sent[head : head+n])), r.Body}
			k.next.ServeHTTP(w, r)
			return
		}
	}
	key := cache.Key(sha256.Sum256(sent))
	if answer := k.answers.Get(key); answer != nil && k.rate.take(w.Header(), r, max(answer.Cost, 1)) == nil {
		k.turns.sent()
		deliver(w, r, answer)
		return
	}
	again := asked{key: key}
	if r.Method == http.MethodPost {
		again.body = sent[head:]
	}
	k.next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), askedKey{}, again)))
}

// asked is a request as it was sent, for which the answer may be kept.
type asked struct {
	key cache.Key
	// body is what was posted as JSON, until the request is answered; nil of a GET.
	body []byte
}

type askedKey struct{}

// unread is a body of which the front was read and put back.
type unread struct {
	io.Reader
	io.Closer
}

// shareable tells whether a request may be answered with what others were answered: it is a
// stranger's, reads what is published, and needs no look at how its body is written.
func shareable(r *http.Request) bool {
	h := r.Header
	if !stranger(h) || len(h["Content-Encoding"]) > 0 || len(h["Accept"]) > 4 || len(h["Sen-Locale"]) > 1 || len(r.URL.RawQuery) > maxKnown/4 {
		return false
	}
	for _, accept := range h["Accept"] {
		if len(accept) > 1024 {
			return false
		}
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return r.ContentLength == 0
	case http.MethodPost:
		mediaType := h["Content-Type"]
		return r.ContentLength > 0 && len(mediaType) == 1 && (mediaType[0] == mediaJSON || mediaType[0] == mediaJSON+"; charset=utf-8")
	}
	return false
}

// stranger tells whether a request's header is that of nobody in particular who asks for what is published. Who was
// signed in once is none: the answer may take the cookie away.
func stranger(h http.Header) bool {
	for _, cookie := range h["Cookie"] {
		if strings.Contains(cookie, sessionCookie) {
			return false
		}
	}
	return len(h["Authorization"]) == 0 && len(h["Sen-Stage"]) == 0
}

// deliver sends an answer that may be shared: by GET also as not modified, compressed for who takes that.
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
		if tag := current(asked, tags); tag != "" {
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

var (
	noStore    = []string{"no-store"}
	noSniff    = []string{"nosniff"}
	gzipCoding = []string{"gzip"}
)

// sharedKey is what an operation asks for, however it is spelled: the document, the
// variables with their defaults, and where they come from a header, the locale.
func sharedKey(op *graphql.OperationContext, params *graphql.RawParams, mediaType string) (cache.Key, bool) {
	if op.Operation.Operation != ast.Query {
		return cache.Key{}, false
	}
	asked := make([]byte, 0, 2048)
	for _, part := range []string{op.RawQuery, op.Operation.Name, params.Headers.Get("Sen-Locale"), mediaType} {
		asked = strconv.AppendInt(asked, int64(len(part)), 10)
		asked = append(append(asked, ':'), part...)
	}
	for _, object := range []map[string]any{op.Variables, params.Extensions} {
		if len(object) > 0 {
			object, err := json.Marshal(object)
			if err != nil {
				return cache.Key{}, false
			}
			asked = append(asked, object...)
		}
		asked = append(asked, 0)
	}
	return sha256.Sum256(asked), true
}

// NewAnswers keeps answers within a bound of bytes, and lets go of them as the store tells of changes.
func NewAnswers(store *storage.Store, bytes uint64) *cache.Answers {
	answers := cache.New(cache.Options{Bytes: bytes, Life: time.Minute, Journal: store.Feed.Journal})
	store.Feed.OnChange(func(changes []feed.Change) {
		for _, change := range changes {
			if tags := change.Tags(); tags != nil {
				answers.Forget(tags...)
			} else {
				answers.ForgetAll()
			}
		}
	})
	return answers
}

// sharedHeader is what is sent with an answer that may be shared. Caches in front may keep it for a while, and find it by
// the tags of what it was made from, when they are told to let go of those. Browsers ask each time: they would take
// stale-while-revalidate for themselves, so it stands in CDN-Cache-Control (RFC 9213), which they don't know.
func sharedHeader(body []byte, mediaType string, tags []cache.Tag, life time.Duration) http.Header {
	sum := sha256.Sum256(body)
	h := http.Header{
		"Content-Type":           {mediaType + "; charset=utf-8"},
		"X-Content-Type-Options": noSniff,
		"Etag":                   {`"` + hex.EncodeToString(sum[:12]) + `"`},
		"Cache-Control":          {"no-cache"},
	}
	if len(tags) == 0 { // of what nobody tells when it changes, caches ask each time
		return h
	}
	if seconds := int(life.Seconds()); seconds > 0 {
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=0, s-maxage=%d, must-revalidate", seconds))
		h.Set("CDN-Cache-Control", fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d", seconds, 6*seconds))
	}
	h.Set("Cache-Tag", cacheTags(tags))
	return h
}

// maxCacheTags bounds the header of tags in bytes: what most CDNs take.
const maxCacheTags = 8 << 10

// cacheTags are short hashes of tags, with commas. Where they are too many, those of kinds stand for their entries.
func cacheTags(tags []cache.Tag) string {
	var short []string
	for _, tag := range tags {
		short = append(short, shortTag(tag))
	}
	if 9*len(short) > maxCacheTags {
		short = nil
		for _, tag := range tags {
			kind, _, _ := strings.Cut(string(tag), "_")
			short = append(short, shortTag(cache.Tag("all "+kind)))
		}
	}
	slices.Sort(short)
	return strings.Join(slices.Compact(short), ",")
}

// shortTag is the hash that a tag goes by outside: eight letters.
func shortTag(tag cache.Tag) string {
	sum := sha256.Sum256([]byte(tag))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
