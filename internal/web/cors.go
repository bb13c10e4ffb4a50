package web

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/rs/cors"
)

// allowedMethods and allowedHeaders are what pages of allowed origins may send: the headers of GraphQL clients,
// tracing and error reports. Accept, Accept-Language and Content-Language need no permission.
var (
	allowedMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions}
	allowedHeaders = sorted([]string{
		"accept", "accept-language", "authorization", "content-language", "content-type",
		"if-none-match", "if-modified-since", "cache-control", "pragma", "sen-locale", "sen-stage",
		"idempotency-key", "x-idempotency-key", "x-requested-with", "x-csrf-token", "x-xsrf-token",
		// Apollo (Client, Kotlin, iOS), urql, graphql-sse
		"apollo-require-preflight", "graphql-require-preflight", "apollographql-client-name", "apollographql-client-version",
		"x-apollo-operation-name", "x-apollo-operation-id", "x-apollo-operation-type", "x-apollo-request-uuid",
		"x-apollo-tracing",
		"graphql-client-name", "graphql-client-version", "x-graphql-client-name", "x-graphql-client-version",
		"x-graphql-event-stream-token",
		// W3C Trace Context and Baggage, B3, Sentry, Datadog, New Relic, Elastic, Jaeger, AWS, Google Cloud, Azure
		"traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled",
		"x-b3-flags",
		"sentry-trace", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-origin", "x-datadog-sampling-priority",
		"newrelic",
		"elastic-apm-traceparent", "uber-trace-id", "x-amzn-trace-id", "x-cloud-trace-context", "request-id",
		"request-context",
		"x-request-id", "x-correlation-id",
	})
)

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// cors answers preflight requests, and adds the header with which an allowed origin may read the answer.
func (o *Origins) cors(log *slog.Logger, next http.Handler) http.Handler {
	marked := cors.New(cors.Options{
		AllowOriginFunc:  o.allows,
		AllowedMethods:   allowedMethods,
		AllowedHeaders:   allowedHeaders,
		ExposedHeaders:   []string{"ETag", "Retry-After", "X-Request-Id", "RateLimit", "RateLimit-Policy"},
		AllowCredentials: true,
		MaxAge:           600,
	}).Handler(next)
	refusals := &refusals{log: log, logged: map[string]bool{}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			o.preflight(refusals, r)
		}
		marked.ServeHTTP(w, r)
	})
}

// preflight rewrites a preflight request for a method or header that is not allowed, so that the answer lists
// everything that is allowed. The browser then names the missing header instead of the origin. The log names it too.
func (o *Origins) preflight(refusals *refusals, r *http.Request) {
	h := r.Header
	origin := h.Get("Origin")
	if !o.allows(origin) {
		refusals.tell(r.Context(), "origin", origin, "pages of this origin may not use the API; --cors-origins allows them")
		return
	}
	if method := h.Get("Access-Control-Request-Method"); !slices.Contains(allowedMethods, method) {
		refusals.tell(r.Context(), "method", method, "a page may not use this method")
		h.Set("Access-Control-Request-Method", http.MethodPost)
	}
	var asked []string
	list := strings.Join(h.Values("Access-Control-Request-Headers"), ",")
	for name := range strings.SplitSeq(list, ",") { //nolint:contextcheck // the request has the context
		if name = strings.ToLower(strings.TrimSpace(name)); name == "" {
			continue
		}
		if !slices.Contains(allowedHeaders, name) {
			refusals.tell(r.Context(), "header", name, "a page may not send this header")
			asked = allowedHeaders
			break
		}
		asked = append(asked, name)
	}
	if len(asked) > 0 { // sorted, as rs/cors expects them and browsers send them
		h.Set("Access-Control-Request-Headers", strings.Join(sorted(slices.Clone(asked)), ","))
	}
}

// maxRefusals is the largest number of refusals that are logged, and maxRefused the largest size of each in bytes:
// anyone can send invented ones.
const maxRefusals, maxRefused = 100, 100

// refusals logs each refusal of a preflight request once.
type refusals struct {
	log    *slog.Logger
	mu     sync.Mutex
	logged map[string]bool
}

func (l *refusals) tell(ctx context.Context, what, value, why string) {
	value = value[:min(len(value), maxRefused)]
	l.mu.Lock()
	defer l.mu.Unlock()
	if key := what + " " + value; !l.logged[key] && len(l.logged) < maxRefusals {
		l.logged[key] = true
		l.log.WarnContext(ctx, "preflight refused", what, value, "why", why)
	}
}
