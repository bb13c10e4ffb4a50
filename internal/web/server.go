// Package web is the HTTP face of Sen.
package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/klauspost/compress/gzhttp"
	"go.opentelemetry.io/otel/trace"

	"sen/graph"
	"sen/graph/clients"
	"sen/graph/documents"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
)

// Options are what an operator chooses of the HTTP face.
type Options struct {
	// Origins may read answers from a browser; see [Origins].
	Origins *Origins
	// MaxBody is the largest request body in bytes.
	MaxBody int64
	// MaxUpload is the largest file in bytes that a request brings.
	MaxUpload int64
	// Timeout bounds an operation.
	Timeout time.Duration
	// Concurrency is how many operations of strangers are worked on at once; zero is four for each processor.
	Concurrency int
	// Schema is the contract as text; empty hides it, and the playground with it.
	Schema string
	// Ready tells what is not ready to serve, by name; a nil error is ready.
	Ready func(context.Context) map[string]error
	// Actor tells who has a secret, and answers UNAUTHENTICATED for one that opens nothing;
	// nil knows nobody.
	Actor func(ctx context.Context, secret string) (*content.Actor, error)
	// Answers keeps what strangers were answered; nil keeps nothing.
	Answers *cache.Answers
	// SharedMaxAge is how long caches in front may keep an answer to strangers by GET; zero has them ask each time.
	SharedMaxAge time.Duration
	// Trusted are documents that clients may name by an id; with TrustedOnly nothing else is run.
	Trusted     documents.Trusted
	TrustedOnly bool
	// Slow is the time from which an operation is logged; zero logs none.
	Slow time.Duration
	// Tracer makes spans of requests, operations and store commands; nil makes none.
	Tracer trace.TracerProvider
	// CrossSiteCookies gives pages of allowed origins on other sites cookies too (SameSite=None); it needs Origins
	// whose program is reached by https.
	CrossSiteCookies bool
	// Metrics take requests in, and are served at /metrics to this machine and to tokens of administrators, unless
	// MetricsApart says that they have a listener of their own; nil serves none.
	Metrics      *Metrics
	MetricsApart bool
	// RateLimit is the cost that a client may ask for in a minute; zero counts nothing. Now is its clock; nil is
	// the time of day.
	RateLimit int
	Now       func() time.Time
	// Proxies may tell the addresses of their clients.
	Proxies Proxies
	// Store has the bytes of media, and Newsroom makes sizes of pictures.
	Store    *storage.Store
	Newsroom *newsroom.Newsroom
	Log      *slog.Logger
}

// Handler has all routes.
func Handler(exec *executor.Executor, o Options) http.Handler {
	if o.Actor == nil {
		o.Actor = func(context.Context, string) (*content.Actor, error) {
			return nil, content.Errorf(content.CodeUnauthenticated, "Nobody can sign in here.")
		}
	}
	mux := http.NewServeMux()
	rate := newRateLimit(o.RateLimit, o.Now, o.Proxies)
	var languages func() content.Languages
	prepared, confirm := func() bool { return true }, func(context.Context, ...string) error { return nil }
	if o.Store != nil {
		languages = func() content.Languages { return o.Store.Site().Languages }
		prepared, confirm = o.Store.Prepared, o.Store.Confirm
	}
	visitors := visitors{o.Actor, cookies{o.Origins, o.CrossSiteCookies}, o.Proxies, rate, languages}
	admission, outgoing := newAdmission(o.Concurrency, o.Timeout), newOutgoing(maxOutgoing)
	ops := operations{exec, confirm, languages, o.Slow, o.Log}
	api := &graphQL{
		operations: ops, persisted: newPersisted(o.Trusted, o.TrustedOnly), maxBody: o.MaxBody, maxUpload: o.MaxUpload,
		timeout: o.Timeout, answers: o.Answers, sharedMaxAge: o.SharedMaxAge, rate: rate, admission: admission,
		outgoing: outgoing, prepared: prepared,
	}
	// watched shows the requests of a route in traces and figures: what panics as what the client is answered.
	watched := func(route string, handler http.Handler) http.Handler {
		return traced(o.Tracer, route, o.Metrics.timed(route, recovered(o.Log, languages, handler)))
	}
	shared := cachedAnswers{o.Answers, rate, admission, compressed(visitors.identified(api))}
	mux.Handle("/graphql", watched("/graphql", o.Origins.only(languages, shared)))
	if o.Metrics != nil {
		o.Metrics.Cache("persisted", api.persisted.automatic)
	}
	if o.Metrics != nil && !o.MetricsApart {
		mux.Handle("GET /metrics", visitors.forOperators(o.Metrics.Handler()))
	}
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "alive"})
	})
	mux.HandleFunc("GET /readyz", readyz(o.Ready))
	files := media{o.Store, o.Newsroom, rate, newAdmission(concurrentSizes(), o.Timeout), o.Log}
	mux.Handle("GET /media/{id}/{name}", watched("/media", files))
	previews := preview{ops, o.Actor, o.Timeout, rate, admission, outgoing, languages}
	mux.Handle("GET /preview/{token}", watched("/preview", compressed(previews)))
	if o.Schema != "" {
		mux.Handle("GET /schema.graphqls", compressed(text("application/graphql; charset=utf-8", o.Schema)))
		for name, file := range clientFiles() {
			mux.Handle("GET /clients/"+name, compressed(text(mediaJSON+"; charset=utf-8", string(file))))
		}
		mux.Handle("GET /playground", playground())
		mux.Handle("GET /playground/", playground())
		mux.Handle("GET /{$}", http.RedirectHandler("/playground", http.StatusFound))
	}
	return withRequestID(recovered(o.Log, languages, o.Origins.cors(o.Log, mux)))
}

// minCompressed is the size in bytes from which an answer is compressed.
const minCompressed = 1024

// clientFiles are the files for the caches of clients, written once.
var clientFiles = sync.OnceValue(func() map[string][]byte { return clients.Files(graph.ParsedSchema()) })

// compressed compresses what is worth it, for clients that take it. Media are left as they are.
func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(5), gzhttp.SuffixETag("-gzip"), gzhttp.EnableZstd(false),
		gzhttp.ContentTypes([]string{mediaJSON, mediaResponse, "application/graphql", "text/html", "text/css", "text/javascript", "image/svg+xml"}),
	)
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(next)
}

// readyz tells whether the program can serve, and names what can't.
func readyz(check func(context.Context) map[string]error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, parts := http.StatusOK, map[string]string{}
		for name, err := range check(r.Context()) {
			parts[name] = "ready"
			if err != nil {
				status, parts[name] = http.StatusServiceUnavailable, "not ready"
				if known := (*content.Error)(nil); errors.As(err, &known) {
					parts[name] += ": " + known.Message
				}
			}
		}
		writeJSON(w, status, parts)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// text serves a constant text.
func text(mediaType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write([]byte(body))
	}
}

// requestIDs are what a client may name its request; anything else gets one of ours.
var requestIDs = regexp.MustCompile(`^[A-Za-z0-9_.-]{8,64}$`)

// withRequestID gives each request an id, by which the log knows it.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ids := r.Header["X-Request-Id"]
		if len(ids) != 1 || !requestIDs.MatchString(ids[0]) {
			ids = []string{rand.Text()}
			r.Header["X-Request-Id"] = ids
		}
		w.Header()["X-Request-Id"] = ids
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into an answer, and logs it.
func recovered(log *slog.Logger, languages func() content.Languages, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil || cause == http.ErrAbortHandler { //nolint:errorlint // it is the very value
				if cause != nil {
					panic(cause)
				}
				return
			}
			log.ErrorContext(r.Context(), "panic", "request", r.Header.Get("X-Request-Id"), "path", r.URL.Path, "cause", cause)
			writeJSON(w, http.StatusInternalServerError, map[string]any{"errors": []any{map[string]any{
				"message":    content.Errorf(content.CodeInternal, "Something went wrong on our side.").In(chainOf(r.Header, languages)),
				"extensions": map[string]string{"code": "INTERNAL", "requestId": r.Header.Get("X-Request-Id")},
			}}})
		}()
		next.ServeHTTP(w, r)
	})
}
