package web

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"sen/internal/cache"
	"sen/internal/storage"
	"sen/internal/storage/feed"
)

// NewAnswers returns a cache of answers with a capacity in bytes. It drops answers when the store reports a change of
// what they were made from.
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

// cachedAnswers answers requests from the cache by the bytes that the client sent, before it parses them. It looks up
// only the requests of anonymous clients, because only their answers are shared.
type cachedAnswers struct {
	answers   *cache.Answers
	rate      *rateLimit
	admission *admission
	next      http.Handler
}

// maxSent is the size in bytes of the largest request that is looked up by its bytes.
const maxSent = 32 << 10

var buffers = sync.Pool{New: func() any { return new([maxSent]byte) }}

func (c cachedAnswers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.answers == nil || !shareable(r) {
		c.next.ServeHTTP(w, r)
		return
	}
	buffer := buffers.Get().(*[maxSent]byte)
	defer buffers.Put(buffer)
	head := appendHead(buffer[:0], r)
	bytes, ok := readBody(head, r)
	if !ok {
		c.next.ServeHTTP(w, r)
		return
	}
	key := cache.Key(sha256.Sum256(bytes))
	if answer := c.answers.Get(key); answer != nil && c.rate.take(w.Header(), r, max(answer.Cost, 1)) == nil {
		c.admission.answeredFromCache()
		deliver(w, r, answer)
		return
	}
	sent := sentRequest{key: key}
	if r.Method == http.MethodPost {
		sent.body = bytes[len(head):]
	}
	c.next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sentKey{}, sent)))
}

// appendHead appends everything before the body on which the answer depends: the method, header fields and the query
// string.
func appendHead(b []byte, r *http.Request) []byte {
	if r.Method == http.MethodHead {
		b = append(b, http.MethodGet...) // the answer is the same, without its body
	} else {
		b = append(b, r.Method...)
	}
	for _, name := range []string{"Accept", "Sen-Locale"} {
		for _, value := range r.Header[name] {
			b = append(append(b, 0), value...)
		}
		b = append(b, 1)
	}
	b = append(b, r.URL.RawQuery...)
	return append(b, 1)
}

// readBody reads the body of a POST request to the end of b, within b's capacity. It returns false if the body is
// larger than the capacity or can't be read; the request then still has its whole body.
func readBody(b []byte, r *http.Request) (_ []byte, ok bool) {
	head := len(b)
	if r.ContentLength > int64(cap(b)-head) {
		return nil, false
	}
	if r.Method != http.MethodPost {
		return b, true
	}
	b = b[:head+int(r.ContentLength)]
	if n, err := io.ReadFull(r.Body, b[head:]); err != nil {
		r.Body = unread{strings.NewReader(string(b[head : head+n])), r.Body}
		return nil, false
	}
	return b, true
}

// unread is a body whose first part was read and put back.
type unread struct {
	io.Reader
	io.Closer
}

// sentRequest is a request as the client sent it. The answer may be cached under its key.
type sentRequest struct {
	key cache.Key
	// body is the JSON of a POST request, valid until the request is answered; nil for GET.
	body []byte
}

type sentKey struct{}

// sentOf returns the request of a context as the client sent it, if it was looked up in the cache.
func sentOf(ctx context.Context) (sent sentRequest, ok bool) {
	sent, ok = ctx.Value(sentKey{}).(sentRequest)
	return sent, ok
}
