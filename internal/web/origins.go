package web

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rs/cors"

	"sen/internal/content"
)

// Origins says pages of which other origins may read answers in a browser.
type Origins struct {
	list []string
	// local also allows every port of this machine, for development.
	local bool
	self  string
}

// ParseOrigins checks an allow-list: each is a scheme, a host and perhaps a port,
// such as https://app.example.vn. `local` also allows localhost on any port; self is
// where the program itself is reached.
func ParseOrigins(list []string, local bool, self string) (*Origins, error) {
	o := &Origins{local: local}
	if u, err := url.Parse(self); err == nil && u.Host != "" {
		o.self = u.Scheme + "://" + u.Host
	}
	for _, text := range list {
		u, err := url.Parse(text)
		switch {
		case text == "*":
			return nil, fmt.Errorf("the origin %q allows everyone; name the origins of your apps", text)
		case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "",
			u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil, strings.Contains(text, "*"):
			return nil, fmt.Errorf("the origin %q is not one: write a scheme, a host and perhaps a port, such as https://app.example.vn", text)
		}
		o.list = append(o.list, strings.ToLower(u.Scheme+"://"+u.Host))
	}
	return o, nil
}

// allows tells whether pages of an origin may read answers.
func (o *Origins) allows(origin string) bool {
	if slices.Contains(o.list, strings.ToLower(origin)) || origin == o.self {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || !o.local || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || u.User != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// cors answers preflights, and marks answers that an allowed origin may read.
func (o *Origins) cors(next http.Handler) http.Handler {
	return cors.New(cors.Options{
		AllowOriginFunc: o.allows,
		AllowedMethods:  []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodOptions},
		AllowedHeaders: []string{
			"authorization", "content-type", "if-none-match", "sen-locale", "sen-stage",
			"apollo-require-preflight", "x-apollo-operation-name", "graphql-require-preflight",
			"apollographql-client-name", "apollographql-client-version", "traceparent", "x-request-id",
		},
		ExposedHeaders:   []string{"ETag", "Retry-After", "X-Request-Id", "RateLimit", "RateLimit-Policy"},
		AllowCredentials: true,
		MaxAge:           600,
	}).Handler(next)
}

// only stops requests of a browser that come from a page of an origin that is not
// allowed. (rs/cors would let them run, and only hide the answer from the page.)
func (o *Origins) only(languages func() content.Languages, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin != "" && !o.allows(origin) && !sameHost(origin, r.Host) {
			a := &answer{w: w, r: r, mediaType: mediaJSON, languages: languages}
			w.Header().Set("Cache-Control", "no-store")
			a.refuse(http.StatusForbidden, content.Errorf(content.CodeForbidden, "Pages of this origin may not use the API. Its operator can allow them (--cors-origins)."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameHost tells whether a page stands on the host that it asks.
func sameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host == host
}
