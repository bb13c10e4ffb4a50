package web

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"sen/internal/content"
)

// Origins are the origins whose pages may read answers in a browser.
type Origins struct {
	list []string
	// local also allows every port of this machine, for development.
	local bool
	self  string
}

// ParseOrigins checks a list of allowed origins: each has a scheme, a host and optionally a port, such as
// https://app.example.vn. `local` also allows localhost on any port. self is the address of this program.
func ParseOrigins(list []string, local bool, self string) (*Origins, error) {
	o := &Origins{local: local}
	if u, err := url.Parse(self); err == nil && u.Host != "" {
		o.self = serialized(u)
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
		o.list = append(o.list, serialized(u))
	}
	return o, nil
}

// serialized returns the origin of an address as browsers write it: in lower case, without the default port of the
// scheme.
func serialized(u *url.URL) string {
	port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	return strings.ToLower(u.Scheme + "://" + strings.TrimSuffix(u.Host, port))
}

// allows reports whether pages of an origin may read answers.
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

// restrict refuses requests of a browser from a page whose origin is not allowed. (rs/cors would execute them, and
// only hide the answer from the page.)
func (o *Origins) restrict(languages func() content.Languages, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" && !o.admit(r) {
			a := &answer{w: w, r: r, mediaType: mediaJSON, languages: languages}
			w.Header().Set("Cache-Control", "no-store")
			a.refuse(http.StatusForbidden,
				content.Errorf(content.CodeForbidden,
					"Pages of this origin may not use the API. Its operator can allow them (--cors-origins)."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// admit reports whether the page that sent a request may use the API. It may if its origin is allowed, or if it is
// the requested host and that host is an IP address or localhost. It is not enough that Origin and Host are the same
// name: the owner of the name can let it lead to this program's address (DNS rebinding).
func (o *Origins) admit(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if o.allows(origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host && isFixedHost(u.Hostname())
}

// isFixedHost reports whether nobody else can decide to which machine a host leads.
func isFixedHost(host string) bool { return host == "localhost" || isAddress(host) }

func isAddress(host string) bool { return net.ParseIP(host) != nil }

// Trustworthy reports whether nobody on the network can change what an address answers: it has https, or is on this
// machine.
func Trustworthy(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
