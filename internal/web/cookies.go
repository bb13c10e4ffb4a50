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

// The cookies: a browser's session, and the device mark that stays after it ([auth.Signer.Device]). Scripts can't read
// them. Over https their names begin with hostPrefix, with which no other host of the domain can set them
// (RFC 6265bis, section 4.1.3.2); sessions that began under the bare name are still taken.
const (
	sessionCookie = "sen_session"
	deviceCookie  = "sen_device"
	hostPrefix    = "__Host-"
)

// deviceLife is how long a browser keeps a device mark after a sign-in; browsers keep nothing longer than 400 days.
const deviceLife = 365 * 24 * time.Hour

// maxSecrets bounds how many session cookies of one request are looked up.
const maxSecrets = 3

// cookies says which cookies count, which come back, and how they are set.
type cookies struct {
	origins *Origins
	// crossSite has pages of other sites get cookies too: SameSite=None. They are partitioned (CHIPS): each site has
	// sessions of its own, and browsers that block third-party cookies keep them.
	crossSite bool
}

// secure tells whether browsers reach the program by https.
func (c cookies) secure() bool { return strings.HasPrefix(c.origins.self, "https://") }

// count tells whether a request's cookies speak for its person: it was sent by a page of this site or of an allowed
// origin, or by no page at all. With crossSite a page without https doesn't count, which anyone on its way could write.
func (c cookies) count(r *http.Request) bool {
	site := c.site(r)
	if origin := r.Header.Get("Origin"); origin != "" {
		return c.origins.admit(r) && (!c.crossSite || site != crossSite || Trustworthy(origin))
	}
	return site != crossSite && site != sameSite
}

// comeBack tells whether cookies that are set now will be sent with the next request of the same page.
func (c cookies) comeBack(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" && c.secure() && !Trustworthy(origin) {
		return false // its cookies would have to be Secure
	}
	return c.crossSite || c.site(r) != crossSite
}

// How the page that sent a request stands to what it asks, as the header Sec-Fetch-Site tells.
const (
	noPage     = "none"
	sameOrigin = "same-origin"
	sameSite   = "same-site"
	crossSite  = "cross-site"
)

// site tells how the page that sent a request stands to the program. Where the browser does not say (it does to https
// and to this machine only), the origin does: of one site is what has the scheme and the registrable domain in common.
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

// registrable is the domain that one owner registered; of an address, or a name without dots, all of it.
func registrable(host string) string {
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && !isAddress(host) {
		return domain
	}
	return host
}

// names are those under which a cookie may come, the safer first.
func names(name string) [2]string { return [2]string{hostPrefix + name, name} }

// secrets are the session secrets of a request's cookies that count.
func (c cookies) secrets(r *http.Request) (secrets []string) {
	if len(r.Header["Cookie"]) == 0 || !c.count(r) {
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

// device is the device mark that a request brings; empty without one.
func (c cookies) device(r *http.Request) string {
	for _, name := range names(deviceCookie) {
		if cookie, err := r.Cookie(name); err == nil {
			return cookie.Value
		}
	}
	return ""
}

// keep gives the browser a session with its device mark, or ends the session.
func (c cookies) keep(w http.ResponseWriter, r *http.Request, s auth.Session) {
	if s.Device != "" {
		c.set(w.Header(), &http.Cookie{Name: c.name(deviceCookie), Value: s.Device, MaxAge: int(deviceLife.Seconds())})
	}
	if s.Secret == "" {
		c.end(w, r)
		return
	}
	c.set(w.Header(), &http.Cookie{Name: c.name(sessionCookie), Value: s.Secret, Expires: s.Expires})
}

// end takes the session cookies away that a request brought, and the one that its answer was to bring.
func (c cookies) end(w http.ResponseWriter, r *http.Request) {
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
		w.Header().Add("Set-Cookie", c.made(&http.Cookie{Name: name, MaxAge: -1}))
	}
}

// name is the name under which a cookie is set.
func (c cookies) name(name string) string {
	if c.secure() {
		return hostPrefix + name
	}
	return name
}

// set adds a cookie to an answer, instead of what the answer had for it.
func (c cookies) set(h http.Header, cookie *http.Cookie) {
	drop(h, strings.TrimPrefix(cookie.Name, hostPrefix))
	h.Add("Set-Cookie", c.made(cookie))
}

// drop takes the lines of a cookie back, with the prefix and without.
func drop(h http.Header, name string) {
	h["Set-Cookie"] = slices.DeleteFunc(h["Set-Cookie"], func(line string) bool {
		return strings.HasPrefix(strings.TrimPrefix(line, hostPrefix), name+"=")
	})
}

// made is the line that sets a cookie.
func (c cookies) made(cookie *http.Cookie) string {
	cookie.Path, cookie.HttpOnly, cookie.SameSite = "/", true, http.SameSiteLaxMode
	cookie.Secure = c.secure() || strings.HasPrefix(cookie.Name, hostPrefix)
	if c.crossSite {
		cookie.SameSite, cookie.Partitioned = http.SameSiteNoneMode, true
	}
	return cookie.String()
}
