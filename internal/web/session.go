package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
)

// sessionCookie keeps a browser's session. Scripts can't read it, and pages of other
// sites don't send it.
const sessionCookie = "sen_session"

// visitors finds who asks, before anything else is done for them.
type visitors struct {
	// actor tells who has a secret, and answers UNAUTHENTICATED for one that opens nothing.
	actor   func(ctx context.Context, secret string) (*content.Actor, error)
	origins *Origins
	proxies Proxies
	// rate counts those who are refused.
	rate *rateLimit
	// languages are those of the site.
	languages func() content.Languages
}

// identified puts who asks into the request's context. A bearer's secret must be good;
// a cookie whose session is over is just a stranger's, and goes.
func (v visitors) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Authorization, Cookie")
		ctx := auth.WithAddress(r.Context(), v.proxies.client(r))
		counts := v.cookieCounts(r)
		if counts {
			ctx = auth.WithSession(ctx, func(secret string, expires time.Time) { v.setCookie(w, secret, expires) })
		}
		secret, bearer := bearerOf(r)
		if cookie, err := r.Cookie(sessionCookie); !bearer && err == nil && counts {
			secret = cookie.Value
		}
		if secret == "" && !bearer {
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		actor, err := v.actor(ctx, secret)
		code := content.CodeOf(err)
		switch {
		case err == nil:
			ctx = auth.WithActor(ctx, actor)
		case code == content.CodeUnauthenticated && !bearer:
			v.setCookie(w, "", time.Time{})
		default:
			if bad := v.rate.take(w.Header(), r, 1); bad != nil {
				err, code = bad.said, bad.said.Code
			}
			v.refuse(w, r, code, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// bearerOf is the secret of an Authorization header (RFC 6750). Other schemes are for
// whoever stands in front of the program.
func bearerOf(r *http.Request) (secret string, ok bool) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(secret), true
}

// refuse answers a request whose actor can't be told.
func (v visitors) refuse(w http.ResponseWriter, r *http.Request, code content.Code, err error) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	status, said := http.StatusInternalServerError, content.Errorf(code, "Something went wrong on our side.")
	switch code {
	case content.CodeUnauthenticated:
		status = http.StatusUnauthorized
		h.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	case content.CodeUnavailable:
		status = http.StatusServiceUnavailable
	case content.CodeRateLimited:
		status = http.StatusTooManyRequests
	}
	if known := new(content.Error); errors.As(err, &known) {
		said = known
	}
	a := &answer{w: w, r: r, mediaType: negotiate(r.Header.Values("Accept")), languages: v.languages}
	if a.mediaType == "" {
		a.mediaType = mediaJSON
	}
	a.refuse(status, said)
}

// cookieCounts tells whether a request's cookie speaks for its person: it was sent by a
// page of this site or of an allowed origin, or by no page at all.
func (v visitors) cookieCounts(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		return v.origins.allows(origin) || sameHost(origin, r.Host)
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin" || site == "none"
}

// setCookie gives the browser a session, or takes it away when the secret is empty.
func (v visitors) setCookie(w http.ResponseWriter, secret string, expires time.Time) {
	cookie := &http.Cookie{
		Name: sessionCookie, Value: secret, Path: "/", Expires: expires,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(v.origins.self, "https://"),
	}
	if secret == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

// Proxies are the networks of proxies whose word on a client's address is taken.
type Proxies []netip.Prefix

// ParseProxies reads a list of networks, such as 10.0.0.0/8, or single addresses.
func ParseProxies(list []string) (Proxies, error) {
	var proxies Proxies
	for _, text := range list {
		prefix, err := netip.ParsePrefix(text)
		if ip, ipErr := netip.ParseAddr(text); ipErr == nil {
			prefix, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("the proxy %q is no network: write an address, or a network such as 10.0.0.0/8", text)
		}
		proxies = append(proxies, prefix.Masked())
	}
	return proxies, nil
}

// client is the address of a request's client: the last one of X-Forwarded-For that is no
// proxy of ours, since whatever stands before it may be made up.
func (p Proxies) client(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.trust(host); i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
	}
	return host
}

func (p Proxies) trust(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(ip.Unmap()) })
}
