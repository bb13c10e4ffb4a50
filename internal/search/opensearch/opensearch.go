// Package opensearch is the engine of search on an OpenSearch server, version 2 or 3. All servers of a site share it.
//
// Each stage has an index behind an alias: "<name>-published" and "<name>-drafts". The terms of its fields are the
// tokens that package search makes: fields of titles and names are keywords, and those of leads and bodies are
// texts, with an analyzer that only splits them at white space. There are no norms, positions or frequencies.
//
// The package uses net/http and not opensearch-go: it sends seven kinds of requests, all as JSON. The library has no
// types for queries, and adds retries, discovery of nodes and kinds of errors of its own.
package opensearch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"sen/internal/search"
)

var (
	// ErrUnavailable means that the server can't be reached, is overloaded or does not answer in time.
	ErrUnavailable = fmt.Errorf("OpenSearch: %w", search.ErrUnavailable)
	// ErrRefused means that the server refuses the credentials, or does not allow the account what it needs.
	ErrRefused = errors.New("OpenSearch refuses the credentials")
)

// Options are the settings of an engine.
type Options struct {
	// URL is the address of the server; it may contain a user and a password.
	URL string
	// User and Password are used if the URL has none.
	User, Password string
	// Authorities is a file with the certificates of the authorities that sign the server's certificate, in PEM;
	// empty for those of the system.
	Authorities string
	// Name is the beginning of the names of all indexes: lower case letters, digits and "_". Each site on a server has
	// its own.
	Name string
	// Analysis is the version of the analysis that makes tokens: lower case letters, digits and "_".
	Analysis string
	// Timeout bounds a request that reads, by default 3 s. Connecting takes at most 1 s.
	Timeout time.Duration
}

// Engine is a [search.Rebuilder]. It may be used concurrently.
type Engine struct {
	client client
	name   string
	// schema names the version of the analysis and of the mapping.
	schema  string
	timeout time.Duration
	// prepared means that each stage had an index when the engine looked last.
	prepared atomic.Bool
}

var _ search.Rebuilder = (*Engine)(nil)

var named = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,99}$`)

// Open returns an engine. It does not connect: the first call of another method does, and prepares the indexes.
func Open(o Options) (*Engine, error) {
	if !named.MatchString(o.Name) {
		return nil, fmt.Errorf("the name %q is not of lower case letters, digits and _", o.Name)
	}
	if !named.MatchString(o.Analysis) {
		return nil, fmt.Errorf("the version %q is not of lower case letters, digits and _", o.Analysis)
	}
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(definition(""))
	if err != nil {
		return nil, err
	}
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Second
	}
	return &Engine{
		client: c, name: o.Name, timeout: o.Timeout,
		schema: fmt.Sprintf("%s_%08x", o.Analysis, crc32.ChecksumIEEE(text)),
	}, nil
}

func newClient(o Options) (client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return client{}, errors.New("the address of OpenSearch is not an http or https URL") // it may have a password
	}
	c := client{user: o.User, password: o.Password}
	if u.User != nil {
		c.user = u.User.Username()
		c.password, _ = u.User.Password()
	}
	c.address = u.Scheme + "://" + u.Host + strings.TrimSuffix(u.EscapedPath(), "/")
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSHandshakeTimeout: 2 * connectTimeout,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     time.Minute,
	}
	if o.Authorities != "" {
		pem, err := os.ReadFile(o.Authorities)
		if err != nil {
			return client{}, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return client{}, fmt.Errorf("%s has no certificates in PEM", o.Authorities)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	c.http = &http.Client{
		Transport: transport,
		// A redirect would carry the credentials to another address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Prepare checks the version of the server, and creates an empty index for each stage that has none. Stale means that
// an index has another analysis or mapping than this program, and must be rebuilt: see [Engine.Build]. It may be called
// again at any time, by all servers at once.
func (e *Engine) Prepare(ctx context.Context) (stale bool, err error) {
	if err := e.checkVersion(ctx); err != nil {
		return false, err
	}
	for _, stage := range stages {
		schema, err := e.current(ctx, stage)
		if errors.Is(err, errMissing) {
			schema, err = e.schema, e.createFirst(ctx, stage)
		}
		if err != nil {
			return false, err
		}
		stale = stale || schema != e.schema
	}
	e.prepared.Store(true)
	return stale, nil
}

// using calls a function that uses the indexes. It prepares them before if they are not yet, or if one was missing.
func (e *Engine) using(ctx context.Context, use func() error) error {
	if !e.prepared.Load() {
		if _, err := e.Prepare(ctx); err != nil {
			return err
		}
	}
	err := use()
	if errors.Is(err, errMissing) {
		e.prepared.Store(false)
	}
	return err
}

func (e *Engine) checkVersion(ctx context.Context) error {
	var answer struct {
		Version struct {
			Distribution string `json:"distribution"`
			Number       string `json:"number"`
		} `json:"version"`
	}
	if err := e.read(ctx, http.MethodGet, "/", nil, &answer); err != nil {
		return err
	}
	major, _, _ := strings.Cut(answer.Version.Number, ".")
	if n, _ := strconv.Atoi(major); answer.Version.Distribution != "opensearch" || n < 2 {
		return fmt.Errorf("the server is %s %s; OpenSearch 2 or 3 is needed",
			answer.Version.Distribution, answer.Version.Number)
	}
	return nil
}

// Close closes idle connections.
func (e *Engine) Close() error {
	e.client.http.CloseIdleConnections()
	return nil
}

// read sends a request that is bounded by the engine's timeout.
func (e *Engine) read(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	return e.client.send(ctx, method, path, body, answer)
}
