package web

import (
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/people"
)

// Metrics are the program's metrics for Prometheus. No label has a text that a client sent: routes, methods, statuses
// and names of store commands are known in advance.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	commands *prometheus.HistogramVec
	failures *prometheus.CounterVec
	searches *prometheus.HistogramVec
}

// NewMetrics returns metrics of requests, the store and the runtime.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sen_http_request_duration_seconds", Help: "Time of HTTP requests by route, method and status.",
			Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 10},
		}, []string{"route", "method", "status"}),
		searches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "sen_search_duration_seconds",
			Help:    "Time of searches by outcome: found, nothing, failed, degraded (compared labels in the store).",
			Buckets: []float64{.0005, .001, .002, .005, .01, .05, .1, .5, 1, 5},
		}, []string{"outcome"}),
		commands: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sen_store_command_duration_seconds", Help: "Time of round trips to the store by command.",
			Buckets: []float64{.0005, .001, .005, .01, .05, .1, .5, 1, 5},
		}, []string{"command"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sen_store_command_failures_total", Help: "Round trips to the store that failed, by command.",
		}, []string{"command"}),
	}
	m.registry.MustRegister(m.requests, m.commands, m.failures, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Command records a round trip to the store.
func (m *Metrics) Command(command string, took time.Duration, failed bool) {
	m.commands.WithLabelValues(command).Observe(took.Seconds())
	if failed {
		m.failures.WithLabelValues(command).Inc()
	}
}

// Feed adds the metric of how far the store's change stream lags behind.
func (m *Metrics) Feed(lag func() time.Duration) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "sen_feed_lag_seconds", Help: "How far the store's change stream lags behind; 0 on the embedded engine.",
	}, func() float64 { return lag().Seconds() }))
}

// Clock adds the metric of how far the store's clock is ahead of this machine's.
func (m *Metrics) Clock(skew func() time.Duration) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "sen_store_clock_skew_seconds",
		Help: "How far the store's clock is ahead of this machine's; 0 on the embedded engine.",
	}, func() float64 { return skew().Seconds() }))
}

// Search adds metrics of the search: the documents of the index, the entries that wait to be indexed, and how long the
// first of them has waited.
func (m *Metrics) Search(s interface {
	Documents() int
	Waiting() int
	Lag() time.Duration
},
) {
	for _, gauge := range []struct {
		name, help string
		read       func() float64
	}{
		{"sen_search_documents", "Documents of the search index.", func() float64 { return float64(s.Documents()) }},
		{
			"sen_search_waiting", "Entries that wait to be indexed; many while the index is being built.",
			func() float64 { return float64(s.Waiting()) },
		},
		{
			"sen_search_lag_seconds", "How long the oldest change waits to be indexed; 0 if none waits.",
			func() float64 { return s.Lag().Seconds() },
		},
	} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(
			prometheus.GaugeOpts{Name: gauge.name, Help: gauge.help}, gauge.read))
	}
	m.registry.MustRegister(m.searches)
}

// Searched records a search: its outcome (found, nothing, failed, degraded) and how long it took.
func (m *Metrics) Searched(outcome string, took time.Duration) {
	m.searches.WithLabelValues(outcome).Observe(took.Seconds())
}

// Cache adds the metrics of a cache. Its name is one of answers, entities, slugs, forms, ends, pages, documents,
// persisted.
func (m *Metrics) Cache(name string, kept cache.Kept) {
	stats, labels := kept.Stats(), prometheus.Labels{"cache": name}
	for _, c := range []struct {
		name, help string
		read       func() uint64
	}{
		{"hits", "Lookups that the cache answered.", stats.Hits.Load},
		{
			"misses", "Lookups that found nothing. A request makes up to two lookups in the cache of answers.",
			stats.Misses.Load,
		},
		{"fills", "Values that were cached.", stats.Fills.Load},
		{
			"refused", "Values that were not cached, because their content changed while they were computed.",
			stats.Refused.Load,
		},
		{"forgotten", "Values that were dropped because their content changed.", stats.Forgotten.Load},
	} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "sen_cache_" + c.name + "_total", Help: c.help, ConstLabels: labels,
		}, func() float64 { return float64(c.read()) }))
	}
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "sen_cache_bytes", Help: "Estimated memory of the cached values in bytes.", ConstLabels: labels,
	}, func() float64 { return float64(kept.Bytes()) }))
}

// Handler serves the metrics at /metrics, to every client that reaches it.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// forOperators accepts requests from this machine, and from tokens that may read the audit log.
func (v authenticator) forOperators(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isLocal(r) {
			next.ServeHTTP(w, r)
			return
		}
		if bad := v.rate.take(w.Header(), r, 1); bad != nil {
			refuseClient(w, r, v.languages, bad.said.Code, bad.said)
			return
		}
		var err error = content.Errorf(content.CodeUnauthenticated,
			"Figures are for this machine, and for tokens of administrators: Authorization: Bearer ….")
		if secret, bearer := bearerOf(r); bearer {
			var actor *content.Actor
			if actor, err = v.actor(r.Context(), secret); err == nil {
				err = people.Permit(actor, content.ActionAuditLog, "")
			}
		}
		if err != nil {
			refuseClient(w, r, v.languages, content.CodeOf(err), err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// forwarded has the headers that a proxy adds to a request. If one of them is set, the client may be on another
// machine.
var forwarded = []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"}

// isLocal reports whether a program on this machine sent a request. It rejects pages whose host name leads to this
// machine (DNS rebinding).
func isLocal(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	host := (&url.URL{Host: r.Host}).Hostname()
	return err == nil && peer.Addr().Unmap().IsLoopback() && isFixedHost(host) &&
		!slices.ContainsFunc(forwarded, func(name string) bool { return r.Header.Get(name) != "" })
}

// methods are the methods that appear in labels unchanged.
var methods = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodPost: true,
	http.MethodOptions: true,
}

// timed records the requests of a route. It records nothing if m is nil.
func (m *Metrics) timed(route string, next http.Handler) http.Handler {
	if m == nil {
		return next
	}
	// The series of usual requests are looked up once.
	usual := map[string]prometheus.Observer{
		http.MethodPost: m.requests.WithLabelValues(route, http.MethodPost, "200"),
		http.MethodGet:  m.requests.WithLabelValues(route, http.MethodGet, "200"),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		watched := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			took := time.Since(began).Seconds()
			if observer := usual[r.Method]; observer != nil && watched.status == http.StatusOK {
				observer.Observe(took)
				return
			}
			method := r.Method
			if !methods[method] {
				method = "other"
			}
			m.requests.WithLabelValues(route, method, strconv.Itoa(watched.status)).Observe(took)
		}()
		next.ServeHTTP(watched, r)
	})
}

// statusWriter records the status that was sent.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// ReadFrom implements [io.ReaderFrom]. It uses the ReadFrom of the wrapped writer if there is one.
func (w *statusWriter) ReadFrom(from io.Reader) (int64, error) {
	if below, ok := w.ResponseWriter.(io.ReaderFrom); ok {
		return below.ReadFrom(from)
	}
	return io.Copy(w.ResponseWriter, from)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
