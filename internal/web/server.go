// Package web serves Sen over HTTP.
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

// Options are the operator's settings of the HTTP server.
type Options struct {
	// Origins may read answers in a browser; see [Origins].
	Origins *Origins
	// MaxBody is the size of the largest request body in bytes.
	MaxBody int64
	// MaxUpload is the size of the largest file of a request in bytes.
	MaxUpload int64
	// Timeout is the time limit of an operation.
	Timeout time.Duration
	// Concurrency is how many large operations of anonymous clients run at once, and half of how many small ones; zero
	// means four for each processor.
	Concurrency int
	// Schema is the text of the schema; if empty, the schema and the playground are hidden.
	Schema string
	// Ready returns the state of each part of the program by its name; nil means ready.
	Ready func(context.Context) map[string]error
	// Actor returns the owner of a secret, or the error UNAUTHENTICATED if the secret is not valid. If Actor is nil,
	// every client is anonymous.
	Actor func(ctx context.Context, secret string) (*content.Actor, error)
	// Answers is the cache of answers to anonymous clients; nil caches nothing.
	Answers *cache.Answers
	// SharedMaxAge is how long HTTP caches may store the answer to a GET request of an anonymous client; with zero
	// they must ask each time.
	SharedMaxAge time.Duration
	// Trusted are documents that clients may name by an id; with TrustedOnly no other document is executed.
	Trusted     documents.Trusted
	TrustedOnly bool
	// Slow is the duration from which an operation is logged; zero logs none.
	Slow time.Duration
	// Tracer makes spans of requests, operations and store commands; nil makes none.
	Tracer trace.TracerProvider
	// CrossSiteCookies also gives cookies to pages of allowed origins on other sites (SameSite=None). It requires
	// that browsers reach the program by https.
	CrossSiteCookies bool
	// Metrics record requests. They are served at /metrics to this machine and to tokens of administrators, unless
	// MetricsApart says that they have their own listener. If nil, there are no metrics.
	Metrics      *Metrics
	MetricsApart bool
	// RateLimit is the cost that a client may spend in a minute; zero means no limit. Now is its clock; nil is the
	// system's clock.
	RateLimit int
	Now       func() time.Time
	// Proxies may state the addresses of their clients.
	Proxies Proxies
	// Store has the files of media, and Newsroom resizes pictures.
	Store    *storage.Store
	Newsroom *newsroom.Newsroom
	Log      *slog.Logger
}

// Handler returns the handler of all routes.
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
	authn := authenticator{o.Actor, cookies{o.Origins, o.CrossSiteCookies}, o.Proxies, rate, languages}
	admission, outgoing := newAdmission(o.Concurrency, o.Timeout), newOutgoing(maxOutgoing)
	ops := operations{exec, confirm, languages, o.Slow, o.Log}
	api := &graphQL{
		operations: ops, persisted: newPersisted(o.Trusted, o.TrustedOnly), maxBody: o.MaxBody, maxUpload: o.MaxUpload,
		timeout: o.Timeout, answers: o.Answers, sharedMaxAge: o.SharedMaxAge, rate: rate, admission: admission,
		outgoing: outgoing, prepared: prepared,
	}
	// watched adds the requests of a route to traces and metrics. A panic counts as the answer that the client gets.
	watched := func(route string, handler http.Handler) http.Handler {
		return traced(o.Tracer, route, o.Metrics.timed(route, recovered(o.Log, languages, handler)))
	}
	shared := cachedAnswers{o.Answers, rate, admission, compressed(authn.authenticate(api))}
	mux.Handle("/graphql", watched("/graphql", o.Origins.restrict(languages, shared)))
	if o.Metrics != nil {
		o.Metrics.Cache("persisted", api.persisted.automatic)
	}
	if o.Metrics != nil && !o.MetricsApart {
		mux.Handle("GET /metrics", authn.forOperators(o.Metrics.Handler()))
	}
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "alive"})
	})
	mux.HandleFunc("GET /readyz", readyz(o.Ready))
	files := media{o.Store, o.Newsroom, rate, newAdmission(concurrentSizes(), o.Timeout), o.Log}
	mux.Handle("GET /media/{id}/{name}", watched("/media", files))
	previews := preview{ops, o.Actor, o.Timeout, rate, admission, outgoing}
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

// clientFiles returns the files for the caches of clients, which are made once.
var clientFiles = sync.OnceValue(func() map[string][]byte { return clients.Files(graph.ParsedSchema()) })

// compressed compresses answers that are large enough, if the client accepts it. It does not compress media.
func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(minCompressed), gzhttp.CompressionLevel(5), gzhttp.SuffixETag("-gzip"), gzhttp.EnableZstd(false),
		gzhttp.ContentTypes([]string{
			mediaJSON, mediaResponse, "application/graphql", "text/html", "text/css",
			"text/javascript", "image/svg+xml",
		}),
	)
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(next)
}

// readyz answers whether the program is ready, and names the parts that are not.
func readyz(check func(context.Context) map[string]error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, parts := http.StatusOK, map[string]string{}
		for name, err := range check(r.Context()) {
			parts[name] = "ready"
			if err != nil {
				status, parts[name] = http.StatusServiceUnavailable, "not ready"
				if contentErr := (*content.Error)(nil); errors.As(err, &contentErr) {
					parts[name] += ": " + contentErr.Message
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

// requestIDs matches the request ids that are accepted from clients. Any other id is replaced.
var requestIDs = regexp.MustCompile(`^[A-Za-z0-9_.-]{8,64}$`)

// withRequestID gives each request an id, which the log contains.
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

// recovered answers a request that panicked, and logs the panic.
func recovered(log *slog.Logger, languages func() content.Languages, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { //nolint:contextcheck // the request has the context
			cause := recover()
			if cause == nil || cause == http.ErrAbortHandler { //nolint:errorlint // it is the very value
				if cause != nil {
					panic(cause)
				}
				return
			}
			log.ErrorContext(r.Context(), "panic", "request", r.Header.Get("X-Request-Id"), "path", r.URL.Path, "cause", cause)
			writeJSON(w, http.StatusInternalServerError, map[string]any{"errors": []any{map[string]any{
				"message": content.Errorf(content.CodeInternal,
					"Something went wrong on our side.").In(chainOf(r.Header, languages)),
				"extensions": map[string]string{"code": "INTERNAL", "requestId": r.Header.Get("X-Request-Id")},
			}}})
		}()
		next.ServeHTTP(w, r)
	})
}
