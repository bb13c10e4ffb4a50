package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"sen/internal/auth"
)

// The cookies: a browser's session, and the device mark that stays after the session ([auth.Signer.Device]). Scripts
// can't read them. With https their names begin with hostPrefix, so that no other host of the domain can set them
// (RFC 6265bis, section 4.1.3.2). Sessions that began under the name without the prefix are still valid.
const (
	sessionCookie = "sen_session"
	deviceCookie  = "sen_device"
	hostPrefix    = "__Host-"
)

// deviceLife is how long a browser keeps a device mark after a sign-in; browsers limit it to 400 days.
const deviceLife = 365 * 24 * time.Hour

// maxSecrets is the largest number of session cookies of one request that are looked up.
const maxSecrets = 3

// cookies decides which cookies of a request are trusted and which will be sent again, and sets cookies.
type cookies struct {
	origins *Origins
	// crossSite also gives cookies to pages of other sites: SameSite=None. The cookies are partitioned (CHIPS): each
	// site has its own sessions, and browsers that block third-party cookies keep them.
	crossSite bool
}

// secure reports whether browsers reach the program by https.
func (c cookies) secure() bool { return strings.HasPrefix(c.origins.self, "https://") }

// trusted reports whether the cookies of a request may authenticate it: a page of this site or of an allowed origin
// sent it, or no page at all. With crossSite, a page of another site is not trusted without https, because anyone on
// the network could have changed the page.
func (c cookies) trusted(r *http.Request) bool {
	site := c.site(r)
	if origin := r.Header.Get("Origin"); origin != "" {
		return c.origins.admit(r) && (!c.crossSite || site != crossSite || Trustworthy(origin))
	}
	return site != crossSite && site != sameSite
}

// returning reports whether the same page will send, with its next request, the cookies that are set now.
func (c cookies) returning(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" && c.secure() && !Trustworthy(origin) {
		return false // its cookies would have to be Secure
	}
	return c.crossSite || c.site(r) != crossSite
}

// The relations of a page to the address that it requests, as in the header Sec-Fetch-Site.
const (
	noPage     = "none"
	sameOrigin = "same-origin"
	sameSite   = "same-site"
	crossSite  = "cross-site"
)

// site returns the relation of the page that sent a request to this program. Browsers send the header Sec-Fetch-Site
// only to https and to localhost. Without it, site compares the origin: two addresses are of the same site if they
// have the same scheme and registrable domain.
func (c cookies) site(r *http.Request) string {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return noPage
	}
	u, err := url.Parse(origin)
	if err != nil {
		return crossSite
	}
	self := &url.URL{Scheme: "http", Host: r.Host}
	if own, err := url.Parse(c.origins.self); err == nil && own.Host != "" {
		self.Scheme = own.Scheme
	}
	switch {
	case origin == c.origins.self || u.Host == r.Host:
		return sameOrigin
	case u.Scheme == self.Scheme && registrable(u.Hostname()) == registrable(self.Hostname()):
		return sameSite
	}
	return crossSite
}

// registrable returns the registrable domain of a host. For an address, or a name without dots, it returns the host
// itself.
func registrable(host string) string {
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && !isAddress(host) {
		return domain
	}
	return host
}

// names returns the names under which a cookie may be sent, the safer one first.
func names(name string) [2]string { return [2]string{hostPrefix + name, name} }

// secrets returns the session secrets in the trusted cookies of a request.
func (c cookies) secrets(r *http.Request) (secrets []string) {
	if len(r.Header["Cookie"]) == 0 || !c.trusted(r) {
		return nil
	}
	for _, name := range names(sessionCookie) {
		for _, cookie := range r.CookiesNamed(name) {
			if len(secrets) < maxSecrets {
				secrets = append(secrets, cookie.Value)
			}
		}
	}
	return secrets
}

// device returns the device mark that a request has; empty if it has none.
func (c cookies) device(r *http.Request) string {
	for _, name := range names(deviceCookie) {
		if cookie, err := r.Cookie(name); err == nil {
			return cookie.Value
		}
	}
	return ""
}

// setSession gives the browser a session with its device mark. A session without a secret ends the present one.
func (c cookies) setSession(w http.ResponseWriter, r *http.Request, s auth.Session) {
	if s.Device != "" {
		c.set(w.Header(), &http.Cookie{Name: c.name(deviceCookie), Value: s.Device, MaxAge: int(deviceLife.Seconds())})
	}
	if s.Secret == "" {
		c.endSession(w, r)
		return
	}
	c.set(w.Header(), &http.Cookie{Name: c.name(sessionCookie), Value: s.Secret, Expires: s.Expires})
}

// endSession removes the session cookies that the request has, and those that the answer would set.
func (c cookies) endSession(w http.ResponseWriter, r *http.Request) {
	ended := []string{}
	for _, name := range names(sessionCookie) {
		if len(r.CookiesNamed(name)) > 0 {
			ended = append(ended, name)
		}
	}
	if len(ended) == 0 {
		ended = []string{c.name(sessionCookie)}
	}
	drop(w.Header(), sessionCookie)
	for _, name := range ended {
		w.Header().Add("Set-Cookie", c.line(&http.Cookie{Name: name, MaxAge: -1}))
	}
}

// name returns the name under which a cookie is set.
func (c cookies) name(name string) string {
	if c.secure() {
		return hostPrefix + name
	}
	return name
}

// set adds a cookie to an answer and replaces what the answer already has for it.
func (c cookies) set(h http.Header, cookie *http.Cookie) {
	drop(h, strings.TrimPrefix(cookie.Name, hostPrefix))
	h.Add("Set-Cookie", c.line(cookie))
}

// drop removes a cookie from the answer's header, with and without the prefix.
func drop(h http.Header, name string) {
	h["Set-Cookie"] = slices.DeleteFunc(h["Set-Cookie"], func(line string) bool {
		return strings.HasPrefix(strings.TrimPrefix(line, hostPrefix), name+"=")
	})
}

// line returns the header line that sets a cookie.
func (c cookies) line(cookie *http.Cookie) string {
	cookie.Path, cookie.HttpOnly, cookie.SameSite = "/", true, http.SameSiteLaxMode
	cookie.Secure = c.secure() || strings.HasPrefix(cookie.Name, hostPrefix)
	if c.crossSite {
		cookie.SameSite, cookie.Partitioned = http.SameSiteNoneMode, true
	}
	return cookie.String()
}
