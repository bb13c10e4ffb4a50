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

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sen/internal/auth"
	"sen/internal/content"
)

// visitors finds who asks, before anything else is done for them.
type visitors struct {
	// actor tells who has a secret, and answers UNAUTHENTICATED for one that opens nothing.
	actor   func(ctx context.Context, secret string) (*content.Actor, error)
	cookies cookies
	proxies Proxies
	// rate counts those who are refused.
	rate *rateLimit
	// languages are those of the site.
	languages func() content.Languages
}

// identified puts who asks into the request's context. A bearer's secret must be good, but to sign in anew or out; a
// cookie whose session is over is just a stranger's, and goes.
func (v visitors) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Authorization, Cookie")
		ctx := auth.WithClient(r.Context(), v.client(w, r))
		secret, bearer := bearerOf(r)
		secrets := []string{secret}
		if !bearer {
			secrets = v.cookies.secrets(r)
		}
		for _, secret := range secrets {
			actor, err := v.actor(ctx, secret)
			if err == nil {
				next.ServeHTTP(w, r.WithContext(auth.WithActor(ctx, actor)))
				return
			}
			code := content.CodeOf(err)
			switch {
			case code == content.CodeUnauthenticated && !bearer:
				continue // another cookie of the name may be good
			case code == content.CodeUnauthenticated && r.Method == http.MethodPost:
				next.ServeHTTP(w, r.WithContext(withRefused(ctx, err)))
				return
			}
			if bad := v.rate.take(w.Header(), r, 1); bad != nil {
				err, code = bad.said, bad.said.Code
			}
			refuseVisitor(w, r, v.languages, code, err)
			return
		}
		if len(secrets) > 0 {
			v.cookies.end(w, r)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// client is the program that sent a request.
func (v visitors) client(w http.ResponseWriter, r *http.Request) auth.Client {
	client := auth.Client{Address: v.proxies.client(r)}
	if !v.cookies.count(r) {
		client.Forgetful = r.Header.Get("Origin") != ""
		return client
	}
	client.Device = v.cookies.device(r)
	if client.Forgetful = !v.cookies.comeBack(r); !client.Forgetful {
		client.Keep = func(s auth.Session) { v.cookies.keep(w, r, s) }
	}
	return client
}

type refusedKey struct{}

// withRefused gives a context of a request with a secret that opens nothing: it may sign in anew, or out.
func withRefused(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, refusedKey{}, err)
}

// refusedOf is why a request's secret opens nothing; nil for all that have a good one, or none.
func refusedOf(ctx context.Context) error {
	err, _ := ctx.Value(refusedKey{}).(error)
	return err
}

// signings are the mutations that matter to who has no good secret: a new session, and the end of one that is over.
var signings = []string{"signIn", "signOut"}

// mayBeSigning tells whether a document could be one of nothing but signings; others need not be parsed.
func mayBeSigning(document string) bool {
	return slices.ContainsFunc(signings, func(name string) bool { return strings.Contains(document, name) })
}

// signing tells whether an operation signs in or out and does nothing else.
func signing(op *graphql.OperationContext) bool {
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Mutation"}) {
		if field.Name != "__typename" && !slices.Contains(signings, field.Name) {
			return false
		}
	}
	return op.Operation.Operation == ast.Mutation
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

// refuseVisitor answers a request whose actor can't be told.
func refuseVisitor(w http.ResponseWriter, r *http.Request, languages func() content.Languages, code content.Code, err error) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	status, said := http.StatusInternalServerError, content.Errorf(code, "Something went wrong on our side.")
	switch code {
	case content.CodeUnauthenticated:
		status = http.StatusUnauthorized
		h.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	case content.CodeForbidden:
		status = http.StatusForbidden
	case content.CodeUnavailable:
		status = http.StatusServiceUnavailable
	case content.CodeRateLimited:
		status = http.StatusTooManyRequests
	}
	if known := new(content.Error); errors.As(err, &known) {
		said = known
	}
	a := &answer{w: w, r: r, mediaType: negotiate(r.Header.Values("Accept")), languages: languages}
	if a.mediaType == "" {
		a.mediaType = mediaJSON
	}
	a.refuse(status, said)
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
