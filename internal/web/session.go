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

// authenticator finds out who sent a request, before anything else is done for it.
type authenticator struct {
	// actor returns the owner of a secret, or the error UNAUTHENTICATED if the secret is not valid.
	actor   func(ctx context.Context, secret string) (*content.Actor, error)
	cookies cookies
	proxies Proxies
	// rate counts refused requests.
	rate *rateLimit
	// languages returns the site's languages.
	languages func() content.Languages
}

// authenticate adds the actor to the request's context. The secret of a bearer must be valid, except for signing in
// or out. A cookie whose session has ended makes the client anonymous, and is removed.
func (v authenticator) authenticate(next http.Handler) http.Handler {
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
				continue // another cookie with the same name may be valid
			case code == content.CodeUnauthenticated && r.Method == http.MethodPost:
				next.ServeHTTP(w, r.WithContext(withBadSecret(ctx, err)))
				return
			}
			if bad := v.rate.take(w.Header(), r, 1); bad != nil {
				err, code = bad.said, bad.said.Code
			}
			refuseClient(w, r, v.languages, code, err)
			return
		}
		if len(secrets) > 0 {
			v.cookies.endSession(w, r)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// client returns the program that sent a request.
func (v authenticator) client(w http.ResponseWriter, r *http.Request) auth.Client {
	client := auth.Client{Address: v.proxies.client(r)}
	if !v.cookies.trusted(r) {
		client.Forgetful = r.Header.Get("Origin") != ""
		return client
	}
	client.Device = v.cookies.device(r)
	if client.Forgetful = !v.cookies.returning(r); !client.Forgetful {
		client.Keep = func(s auth.Session) { v.cookies.setSession(w, r, s) }
	}
	return client
}

type badSecretKey struct{}

// withBadSecret returns a context for a request whose secret is not valid: it may only sign in or out.
func withBadSecret(ctx context.Context, err error) context.Context {
	return context.WithValue(ctx, badSecretKey{}, err)
}

// badSecretOf returns the error of the request's secret; nil if the secret is valid or there is none.
func badSecretOf(ctx context.Context) error {
	err, _ := ctx.Value(badSecretKey{}).(error)
	return err
}

// sessionMutations are the mutations that are allowed without a valid secret: they begin a new session, or end one
// that is over.
var sessionMutations = []string{"signIn", "signOut"}

// mayBeSessionMutation reports whether a document may consist of session mutations only; any other document need not
// be parsed.
func mayBeSessionMutation(document string) bool {
	return slices.ContainsFunc(sessionMutations, func(name string) bool { return strings.Contains(document, name) })
}

// isSessionMutation reports whether an operation consists of session mutations only.
func isSessionMutation(op *graphql.OperationContext) bool {
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Mutation"}) {
		if field.Name != "__typename" && !slices.Contains(sessionMutations, field.Name) {
			return false
		}
	}
	return op.Operation.Operation == ast.Mutation
}

// bearerOf returns the secret of an Authorization header (RFC 6750). Other schemes belong to a proxy in front of the
// program.
func bearerOf(r *http.Request) (secret string, ok bool) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(secret), true
}

// refuseClient answers a request whose actor can't be determined.
func refuseClient(
	w http.ResponseWriter, r *http.Request, languages func() content.Languages, code content.Code, err error,
) {
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
	if contentErr := new(content.Error); errors.As(err, &contentErr) {
		said = contentErr
	}
	a := &answer{w: w, r: r, mediaType: negotiate(r.Header.Values("Accept")), languages: languages}
	if a.mediaType == "" {
		a.mediaType = mediaJSON
	}
	a.refuse(status, said)
}

// Proxies are the networks of trusted proxies, which state the addresses of their clients.
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

// client returns the address of a request's client: the last address of X-Forwarded-For that is not one of our
// proxies. Anyone can invent the addresses before it.
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
