package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel/trace"

	"sen"
	"sen/graph"
	"sen/graph/documents"
	"sen/internal/config"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/people"
	"sen/internal/sample"
	"sen/internal/search/service"
	"sen/internal/storage"
	"sen/internal/upkeep"
	"sen/internal/web"
)

// serveCommand serves the API.
type serveCommand struct {
	config.Config `embed:""`
}

// Run runs the command.
func (s *serveCommand) Run(ctx context.Context, o output) (err error) {
	log, err := logger(s.LogFormat, s.LogLevel, o.err)
	if err != nil {
		return err
	}
	trusted, err := s.Trusted()
	if err != nil {
		return err
	}
	store, closeStore,
		err := openStore(ctx, &s.Store, s.SlowQuery, storage.Options{EntityBytes: s.Entities, PageBytes: s.Pages, Log: log})
	if err != nil {
		return err
	}
	defer closeStore()
	s.limitMemory()
	sweepTemporary(os.TempDir())
	tracer, flush, err := tracing(ctx, s.Trace, log)
	if err != nil {
		return err
	}
	defer flush()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.Listen, err)
	}
	metricsListener, err := s.listenMetrics(ctx)
	if err != nil {
		return err
	}
	if s.PublicURL == "" {
		s.PublicURL = localURL(s.Listen, listener.Addr())
	}
	persons := people.New(store, people.Options{Session: s.Session(), Issuer: s.Issuer(), PublicURL: s.URL(), Log: log})
	room := newsroom.New(store,
		newsroom.Options{Signer: persons.Signer, PublicURL: s.URL(), SizeBytes: s.SizeBytes, Log: log})
	metrics := web.NewMetrics()
	index, err := s.openSearch(log)
	if err != nil {
		return err
	}
	defer func() {
		if index != nil {
			err = errors.Join(err, index.Close())
		}
	}()
	finder := service.New(service.Options{Store: store, Engine: index, Log: log, Searched: metrics.Searched})
	handler, err := s.handler(store, persons, room, finder, trusted, metrics, tracer, log)
	if err != nil {
		return err
	}
	if err := s.startWork(ctx, store, persons, room, finder, o, log); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(o.out, "Sen serves %s/graphql\nPlayground %s/playground\nListening on %s\n", s.URL(), s.URL(),
		listener.Addr())
	if metricsListener != nil {
		_, _ = fmt.Fprintf(o.out, "Metrics on %s/metrics\n", metricsListener.Addr())
		defer serveMetrics(metricsListener, metrics, log)()
	}
	return serve(ctx, listener, handler, s.Grace, s.Timeout, log)
}

// startWork prepares the store and starts the work in the background: of sessions, schedules and changes. The embedded
// store is prepared before the first request; a MongoDB server may be away, so it is prepared in the background.
func (s *serveCommand) startWork(
	ctx context.Context, store *storage.Store, persons *people.People, room *newsroom.Newsroom, finder *service.Service,
	o output, log *slog.Logger,
) error {
	if !s.Embedded() {
		go func() {
			s.prepareUntilDone(ctx, store, log)
			go persons.Sweep(ctx)
			go store.Follow(ctx)
			go store.Watch(ctx)
			go finder.Run(ctx)
			room.Keep(ctx)
		}()
		return nil
	}
	if err := s.prepare(ctx, store, log); err != nil {
		return err
	}
	if err := room.PrepareTexts(ctx); err != nil {
		return err
	}
	if err := firstAdmin(ctx, persons, o); err != nil {
		return err
	}
	go persons.Sweep(ctx)
	go finder.Run(ctx)
	go room.Keep(ctx)
	return nil
}

// listenMetrics opens the listener for /metrics. It returns nil if /metrics has no listener of its own.
func (s *serveCommand) listenMetrics(ctx context.Context) (net.Listener, error) {
	if s.MetricsListen == "" {
		return nil, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.MetricsListen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for /metrics: %w", s.MetricsListen, err)
	}
	return listener, nil
}

// serveMetrics serves /metrics until stop is called. The server calls stop last, so that the last metrics can be
// fetched too.
func serveMetrics(listener net.Listener, metrics *web.Metrics, log *slog.Logger) (stop func()) {
	server := &http.Server{
		Handler: metrics.Handler(), ReadTimeout: 5 * time.Second, WriteTimeout: 15 * time.Second,
		IdleTimeout: 2 * time.Minute,
		ErrorLog:    slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the server of /metrics has failed", "err", err)
		}
	}()
	return func() { _ = server.Close() }
}

// memoryReserve is the memory in bytes that the program needs in addition to its caches: parsed documents, the data of
// running requests, garbage. The code needs about 35 MB more, which is not part of it.
const memoryReserve = 100 << 20

// embeddedGCPercent is the target of the garbage collector (GOGC) with the embedded engine: the garbage that may
// collect, in percent of the live memory. The engine's rows are large, have few pointers and stay, so collections are
// cheap.
const embeddedGCPercent = 50

// limitMemory sets the garbage collector so that the program needs little more than the sum of its cache limits,
// instead of twice as much. The memory of the embedded engine has no limit. GOGC and GOMEMLIMIT override these
// settings.
func (s *serveCommand) limitMemory() {
	if s.Embedded() && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(embeddedGCPercent)
	}
	if !s.Embedded() && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(s.CacheSize+s.Entities+s.Pages) + memoryReserve)
	}
}

// firstAdmin creates the first account of a new store, and prints how to sign in.
func firstAdmin(ctx context.Context, persons *people.People, o output) error {
	password, err := persons.FirstAdmin(ctx)
	if err != nil || password == "" {
		return err
	}
	_, _ = fmt.Fprintf(o.out, "Sign in as admin with the one-time password %s\n", password)
	return nil
}

// localURL returns the address at which a browser on this machine reaches a listener: with the host from the setting,
// if there is one, and the port that the listener got.
func localURL(listen string, addr net.Addr) string {
	host, _, _ := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(addr.String())
	return "http://" + net.JoinHostPort(host, port)
}

// handler builds the HTTP handler of the server from the settings.
func (s *serveCommand) handler(
	store *storage.Store, persons *people.People, room *newsroom.Newsroom, finder *service.Service,
	trusted documents.Trusted, metrics *web.Metrics, tracer trace.TracerProvider, log *slog.Logger,
) (http.Handler, error) {
	origins, err := s.Origins()
	if err != nil {
		return nil, err
	}
	proxies, err := s.Proxies()
	if err != nil {
		return nil, err
	}
	limits, err := s.Limits()
	if err != nil {
		return nil, err
	}
	resolver := graph.NewResolver(store, room, persons, finder, s.URL())
	answers := web.NewAnswers(store, s.CacheSize)
	exec := graph.NewExecutor(resolver,
		graph.Options{Introspection: s.Introspection, Walk: !s.Plans, Kept: metrics.Cache, Limits: limits, Log: log})
	store.OnCommand(metrics.Command)
	metrics.Feed(store.Feed.Lag)
	metrics.Clock(store.Skew)
	metrics.Search(finder)
	for name, kept := range store.Kept() {
		metrics.Cache(name, kept)
	}
	if answers != nil {
		metrics.Cache("answers", answers)
	}
	o := web.Options{
		Origins: origins, MaxBody: s.MaxBody, MaxUpload: s.MaxUpload, Timeout: s.Timeout, Store: store, Newsroom: room,
		Log:   log,
		Actor: persons.ActorFor, Proxies: proxies, Answers: answers, Metrics: metrics, MetricsApart: s.MetricsListen != "",
		CrossSiteCookies: s.CookieSameSite == "none", SharedMaxAge: s.SharedAge, RateLimit: s.RateLimit,
		Concurrency: s.Concurrency,
		Trusted:     trusted, TrustedOnly: s.DocumentsOnly, Slow: s.SlowQuery, Tracer: tracer,
		Ready: func(ctx context.Context) map[string]error { return map[string]error{"store": store.Ready(ctx)} },
	}
	if s.Introspection {
		o.Schema = sen.Schema
	}
	return web.Handler(exec, o), nil
}

// prepare makes the store ready to serve. If the settings ask for the sample and the store is empty, it imports the
// sample.
func (s *serveCommand) prepare(ctx context.Context, store *storage.Store, log *slog.Logger) error {
	if s.WithSample() {
		var bundle *content.Bundle
		filled, err := store.FillSample(ctx, func(ctx context.Context) (err error) {
			if bundle, err = sample.Bundle(); err == nil {
				err = upkeep.Import(ctx, store, bundle)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("import the sample content: %w", err)
		}
		if filled {
			log.InfoContext(ctx, "sample content is in", "entries", len(bundle.Items))
		}
	}
	return store.Prepare(ctx)
}

// prepareUntilDone retries prepare until the store is available. Meanwhile /readyz reports that the server is not
// ready.
func (s *serveCommand) prepareUntilDone(ctx context.Context, store *storage.Store, log *slog.Logger) {
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		err := s.prepare(ctx, store, log)
		if err == nil {
			log.InfoContext(ctx, "the store is ready")
			return
		}
		log.ErrorContext(ctx, "the store can't be used yet; is MongoDB running at --mongodb-uri?", "retry", wait, "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// serve answers requests until the context ends. Then it waits for running requests to finish, at most for the time
// grace.
func serve(
	ctx context.Context, listener net.Listener, handler http.Handler, grace, timeout time.Duration, log *slog.Logger,
) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      timeout + 50*time.Second, // a large media file takes time
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ConnContext:       web.ConnContext,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(web.Listener(listener)) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping; running requests may finish", "grace", grace)
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return fmt.Errorf("some requests did not finish in time: %w", err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
