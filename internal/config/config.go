// Package config holds the settings of the program. Flags override environment variables, which override defaults.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sen/graph"
	"sen/graph/cost"
	"sen/graph/documents"
	"sen/graph/limits"
	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/web"
)

// Config holds all settings of the server. Each is a flag and an environment variable.
type Config struct {
	Listen        string `help:"Address to listen on." default:"localhost:8080" env:"SEN_LISTEN"`
	PublicURL     string `name:"public-url" help:"Address at which clients reach the server; it begins the addresses of media. By default the listening address." env:"SEN_PUBLIC_URL"`
	MetricsListen string `help:"Address of a separate listener for /metrics, such as localhost:9090. Without it --listen serves the metrics to this machine and to tokens of administrators." env:"SEN_METRICS_LISTEN"`
	Store         `embed:""`
	Search        `embed:""`
	Sample        *bool `help:"Import the sample content into an empty store; on by default with the embedded engine, off with a configured one." negatable:"" env:"SEN_SAMPLE"`

	Development    *bool    `help:"Allow requests from pages of localhost on any port; on by default with the embedded engine, off with a configured one." negatable:"" env:"SEN_DEVELOPMENT"`
	CORSOrigins    []string `name:"cors-origins" help:"Origins whose pages may read answers, such as https://app.example.vn; several with commas." env:"SEN_CORS_ORIGINS"`
	CookieSameSite string   `help:"Pages that get a session cookie. lax: those of the API's own site. none: also those of --cors-origins on other sites, over https." enum:"lax,none" default:"lax" env:"SEN_COOKIE_SAME_SITE"`
	Introspection  bool     `help:"Show the schema to clients, with the playground." default:"true" negatable:"" env:"SEN_INTROSPECTION"`

	Documents     string `help:"File with persisted documents, which clients name by an id: a JSON object from ids to documents, or Apollo's manifest." env:"SEN_DOCUMENTS"`
	DocumentsOnly bool   `help:"Run only the documents of that file." env:"SEN_DOCUMENTS_ONLY"`

	OIDCIssuer     string   `name:"oidc-issuer" help:"URL of an OpenID Connect issuer whose tokens are accepted." env:"SEN_OIDC_ISSUER"`
	OIDCAudience   string   `name:"oidc-audience" help:"Audience that those tokens must name." env:"SEN_OIDC_AUDIENCE"`
	OIDCRoleClaim  string   `name:"oidc-role-claim" help:"Claim in which those tokens name a role: reader, writer, editor or admin." default:"sen_role" env:"SEN_OIDC_ROLE_CLAIM"`
	SessionDays    int      `help:"Days until a session ends, from sign-in." default:"30" env:"SEN_SESSION_DAYS"`
	TrustedProxies []string `help:"Addresses or networks of proxies whose X-Forwarded-For is trusted; several with commas." env:"SEN_TRUSTED_PROXIES"`

	CostLimit      int            `help:"Largest allowed cost of an operation. It costs one for each object that the answer can have, and more for filters and counts." default:"10000" env:"SEN_COST_LIMIT"`
	RoleCostLimits map[string]int `help:"Cost limits of signed-in clients, by role; other roles have --cost-limit." mapsep:"," default:"reader=20000,writer=20000,editor=50000,admin=50000" env:"SEN_ROLE_COST_LIMITS"`
	RateLimit      int            `help:"Cost that a token, an account or an address may use in a minute; 0 means no limit." default:"0" env:"SEN_RATE_LIMIT"`
	Concurrency    int            `help:"Operations of anonymous clients that run at the same time, without cached answers; 0 means four for each processor. Two operations that cost at most 1,000 count as one." default:"0" env:"SEN_CONCURRENCY"`

	MaxBody   int64         `help:"Largest request body in bytes." default:"1048576" env:"SEN_MAX_BODY"`
	MaxUpload int64         `help:"Largest uploaded file in bytes." default:"33554432" env:"SEN_MAX_UPLOAD"`
	CacheSize uint64        `help:"Bytes of memory for the cache of answers; an answer stays until its content changes. 0 turns the cache off." default:"268435456" env:"SEN_CACHE_SIZE"`
	Entities  uint64        `name:"entity-cache-size" help:"Bytes of memory for the cache of published entries; an entry stays until it changes. 0 turns the cache off." default:"134217728" env:"SEN_ENTITY_CACHE_SIZE"`
	Pages     uint64        `name:"page-cache-size" help:"Bytes of memory for the cache of pages of lists, as ids; a page stays until it changes. 0 turns the cache off." default:"33554432" env:"SEN_PAGE_CACHE_SIZE"`
	SizeBytes int64         `name:"picture-size-cache" help:"Bytes of the store for resized pictures; the least recently used are removed." default:"1073741824" env:"SEN_PICTURE_SIZE_CACHE"`
	Plans     bool          `help:"Run queries by plans. Without it gqlgen's executor runs them, with the same answers but slower: for measuring." default:"true" negatable:"" hidden:"" env:"SEN_PLANS"`
	SharedAge time.Duration `name:"shared-max-age" help:"How long shared caches, such as a CDN, may keep answers to GET; with 0 they must revalidate each time." default:"10s" env:"SEN_SHARED_MAX_AGE"`
	Timeout   time.Duration `help:"Longest time that an operation may take. A bulk mutation has this time for each 20 of its items." default:"10s" env:"SEN_TIMEOUT"`
	SlowQuery time.Duration `help:"Operations and store commands that take longer are logged; 0 logs none." default:"500ms" env:"SEN_SLOW_QUERY"`
	Trace     string        `name:"trace-endpoint" help:"OpenTelemetry collector that gets traces by OTLP over HTTP, such as http://localhost:4318; without it nothing is traced." env:"SEN_TRACE_ENDPOINT,OTEL_EXPORTER_OTLP_ENDPOINT"`
	Grace     time.Duration `help:"How long running requests may go on after SIGTERM." default:"15s" env:"SEN_GRACE"`
	LogFormat string        `help:"Format of the log: text or json." enum:"text,json" default:"text" env:"SEN_LOG_FORMAT"`
	LogLevel  string        `help:"Lowest level that is logged: debug, info, warn or error." enum:"debug,info,warn,error" default:"info" env:"SEN_LOG_LEVEL"`
}

// Store chooses where content is stored.
type Store struct {
	MongoDBURI string `name:"mongodb-uri" help:"MongoDB that stores the content, 6.0 or later; the path names the database. Without it the embedded engine stores the content." env:"MONGODB_URI"`
	Data       string `help:"Folder of the embedded engine." default:".sen" env:"SEN_DATA"`
}

// Search chooses where the search index is.
type Search struct {
	Index          bool   `name:"search" help:"Keep a search index. Without one, searches compare labels in the store, without an order by relevance." default:"true" negatable:"" env:"SEN_SEARCH"`
	SearchDir      string `name:"search-dir" help:"Folder of the search index, which is made from the content and can be deleted. By default the folder search in --data." env:"SEN_SEARCH_DIR"`
	SearchURL      string `name:"search-url" help:"OpenSearch 2 or 3 that has the search index instead of a folder, for several servers: https://user:password@host:9200." env:"SEN_SEARCH_URL"`
	SearchUser     string `name:"search-user" help:"User of --search-url, if the address has none." env:"SEN_SEARCH_USER"`
	SearchPassword string `name:"search-password" help:"Password of --search-user; better in the environment." env:"SEN_SEARCH_PASSWORD"`
	SearchCA       string `name:"search-ca" help:"File with the certificates that sign the certificate of --search-url, in PEM; by default those of the system." env:"SEN_SEARCH_CA"`
}

// Validate checks the settings; kong calls it.
func (s *Search) Validate() error {
	if s.SearchURL == "" {
		return nil
	}
	if u, err := url.Parse(s.SearchURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("--search-url must be an address that starts with http:// or https://")
	}
	return nil
}

// SearchFolder returns the folder of the search index.
func (c *Config) SearchFolder() string {
	return cmp.Or(c.SearchDir, filepath.Join(c.Data, "search"))
}

// Embedded reports whether the embedded engine stores the content.
func (s *Store) Embedded() bool { return s.MongoDBURI == "" }

// Validate checks the settings; kong calls it.
func (s *Store) Validate() error {
	if !s.Embedded() && !strings.HasPrefix(s.MongoDBURI, "mongodb://") &&
		!strings.HasPrefix(s.MongoDBURI, "mongodb+srv://") {
		return fmt.Errorf("--mongodb-uri must start with mongodb:// or mongodb+srv://")
	}
	return nil
}

// WithSample reports whether the sample content is imported into an empty store.
func (c *Config) WithSample() bool { return or(c.Sample, c.Embedded()) }

// InDevelopment reports whether pages of this machine may read answers.
func (c *Config) InDevelopment() bool { return or(c.Development, c.Embedded()) }

func or(set *bool, otherwise bool) bool {
	if set != nil {
		return *set
	}
	return otherwise
}

// URL returns the address at which clients reach the server. If the setting is empty, the serve command sets it from
// the listener.
func (c *Config) URL() string {
	return strings.TrimSuffix(c.PublicURL, "/")
}

// Origins returns the checked list of allowed origins.
func (c *Config) Origins() (*web.Origins, error) {
	return web.ParseOrigins(c.CORSOrigins, c.InDevelopment(), c.URL())
}

// Proxies returns the checked networks of proxies.
func (c *Config) Proxies() (web.Proxies, error) { return web.ParseProxies(c.TrustedProxies) }

// CostLimits returns the checked cost limits by role.
func (c *Config) CostLimits() (cost.Limits, error) {
	limits := cost.Limits{"": c.CostLimit}
	for name, limit := range c.RoleCostLimits {
		role := content.Role(strings.ToUpper(name))
		if !slices.Contains(content.Roles(), role) {
			return nil, fmt.Errorf("--role-cost-limits: there is no role %q: the roles are reader, writer, editor and admin",
				name)
		}
		limits[role] = limit
	}
	all := slices.Collect(maps.Values(limits))
	if slices.Min(all) < 1 {
		return nil, fmt.Errorf("--cost-limit and --role-cost-limits must be 1 at least")
	}
	if largest := slices.Max(all); c.RateLimit != 0 && c.RateLimit < largest {
		return nil, fmt.Errorf("--rate-limit must be 0, or at least the largest cost limit, which is %d: otherwise an operation within the cost limit could never run", largest)
	}
	return limits, nil
}

// Issuer returns the verifier for tokens of the OpenID Connect issuer, or nil if none is configured.
func (c *Config) Issuer() *auth.OIDC {
	if c.OIDCIssuer == "" {
		return nil
	}
	return auth.NewOIDC(c.OIDCIssuer, c.OIDCAudience, c.OIDCRoleClaim, nil)
}

// Limits returns the limits of documents, with the cost limits by role.
func (c *Config) Limits() (all limits.Limits, err error) {
	all = limits.Default
	all.Cost, err = c.CostLimits()
	return all, err
}

// Trusted returns the checked documents of the file, or nil without a file.
func (c *Config) Trusted() (documents.Trusted, error) {
	if c.Documents == "" {
		return nil, nil
	}
	within, err := c.Limits()
	if err != nil {
		return nil, err
	}
	file, err := os.ReadFile(c.Documents)
	if err != nil {
		return nil, fmt.Errorf("--documents: %w", err)
	}
	trusted, err := documents.ReadTrusted(file, within, graph.ParsedSchema())
	if err != nil {
		return nil, fmt.Errorf("--documents %s: %w", c.Documents, err)
	}
	return trusted, nil
}

// Session returns the lifetime of a session.
func (c *Config) Session() time.Duration { return time.Duration(c.SessionDays) * 24 * time.Hour }

// Validate checks the settings; kong calls it. A wrong setting is an error at start.
func (c *Config) Validate() error {
	if err := c.Store.Validate(); err != nil {
		return err
	}
	if _, err := c.Origins(); err != nil {
		return err
	}
	if _, err := c.Proxies(); err != nil {
		return err
	}
	if _, err := c.CostLimits(); err != nil {
		return err
	}
	switch {
	case c.MaxBody < 1024:
		return fmt.Errorf("--max-body must be 1024 at least")
	case c.SizeBytes < 1<<20:
		return fmt.Errorf("--picture-size-cache must be at least 1048576")
	case c.MaxUpload < 1024 || c.MaxUpload > 1<<30:
		return fmt.Errorf("--max-upload must be from 1024 to 1073741824")
	case c.Timeout <= 0:
		return fmt.Errorf("--timeout must be more than 0")
	case c.SharedAge < 0:
		return fmt.Errorf("--shared-max-age must not be negative")
	case c.Grace < 0:
		return fmt.Errorf("--grace must not be negative")
	case c.CookieSameSite == "none" && !strings.HasPrefix(c.PublicURL, "https://"):
		return fmt.Errorf("--cookie-same-site none needs a --public-url with https://: browsers take such a cookie over https only")
	case c.CookieSameSite == "none" &&
		!slices.ContainsFunc(c.CORSOrigins, func(o string) bool { return strings.HasPrefix(o, "https://") }):
		return fmt.Errorf("--cookie-same-site none needs an https:// origin in --cors-origins: no page of another site would get a cookie")
	case c.MetricsListen != "" && c.MetricsListen == c.Listen:
		return fmt.Errorf("--metrics-listen must not be the address of --listen: leave it out to serve the metrics there")
	case c.PublicURL != "" && !strings.HasPrefix(c.PublicURL, "http://") && !strings.HasPrefix(c.PublicURL, "https://"):
		return fmt.Errorf("--public-url must start with http:// or https://")
	case c.Trace != "" && !strings.HasPrefix(c.Trace, "http://") && !strings.HasPrefix(c.Trace, "https://"):
		return fmt.Errorf("--trace-endpoint must start with http:// or https://")
	case c.DocumentsOnly && c.Documents == "":
		return fmt.Errorf("--documents-only needs --documents: without a file no operation could run")
	case c.SessionDays < 1 || c.SessionDays > 365:
		return fmt.Errorf("--session-days must be from 1 to 365")
	case c.OIDCIssuer != "" && !web.Trustworthy(c.OIDCIssuer):
		return fmt.Errorf("--oidc-issuer must start with https:// (http:// is for this machine only)")
	case (c.OIDCIssuer == "") != (c.OIDCAudience == ""):
		return fmt.Errorf("--oidc-issuer and --oidc-audience must be set together: this server must not accept tokens that were made for other audiences")
	}
	return nil
}
