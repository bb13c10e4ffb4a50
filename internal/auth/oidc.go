package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"golang.org/x/time/rate"

	"sen/internal/content"
)

// signingAlgorithms lists the algorithms that an issuer may sign with. All use a public key, so that an issuer's key
// can't be mistaken for a shared secret. "none" is not in the list.
var signingAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA}

// The limits between a server and an issuer.
const (
	// leeway is the largest difference allowed between the two clocks.
	leeway = 60 * time.Second
	// fetchEvery is the shortest time between two fetches of an issuer's keys, or of its description.
	fetchEvery = 10 * time.Second
	// fetchTimeout is the longest time of one fetch.
	fetchTimeout = 5 * time.Second
)

// OIDC verifies tokens of one OpenID Connect issuer.
type OIDC struct {
	issuer, audience, roleClaim string
	// describe and keys fetch the issuer's description and its keys.
	describe, keys *limitedFetcher
	now            func() time.Time

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // nil until the issuer's description was fetched
}

// NewOIDC returns a verifier for the tokens of an issuer (a URL) for an audience. The claim roleClaim has one role or
// several; the one with the most rights counts. The issuer's description is fetched at the first token, and again until
// that succeeds. now returns the current time; nil uses the system clock.
func NewOIDC(issuer, audience, roleClaim string, now func() time.Time) *OIDC {
	if now == nil {
		now = time.Now
	}
	return &OIDC{
		issuer: issuer, audience: audience, roleClaim: roleClaim, describe: newLimitedFetcher(now),
		keys: newLimitedFetcher(now), now: now,
	}
}

// IsJWT reports whether a bearer token looks like a JWT.
func IsJWT(secret string) bool { return strings.Count(secret, ".") == 2 }

// errIssuerAway is the error while the issuer's keys can't be fetched.
func errIssuerAway(cause error) error {
	return &content.Error{
		Code:    content.CodeUnavailable,
		Message: "The token's issuer can't be reached to check it. Try again.", Cause: cause,
	}
}

// refuseToken is the error for an invalid token. The reason is for the log only.
func refuseToken(why error) error {
	return &content.Error{
		Code:    content.CodeUnauthenticated,
		Message: "The token is not valid here, or it has expired. Get a new one from its issuer.", Cause: why,
	}
}

// Actor returns the actor of a token. It fails with UNAUTHENTICATED if the token is invalid or has no known role, and
// with UNAVAILABLE while the issuer can't be reached.
func (o *OIDC) Actor(ctx context.Context, raw string) (*content.Actor, error) {
	// Only the key with the token's key id is tried: trying all keys would let the sender choose.
	unverified, err := jose.ParseSignedCompact(raw, signingAlgorithms)
	if err != nil {
		return nil, refuseToken(err)
	}
	if unverified.Signatures[0].Protected.KeyID == "" {
		return nil, refuseToken(errors.New("the token names no key"))
	}
	verifier, err := o.ready(ctx)
	if err != nil {
		return nil, errIssuerAway(err)
	}
	token, err := verifier.Verify(ctx, raw)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && o.keys.down.Load():
		return nil, errIssuerAway(err)
	case err != nil:
		return nil, refuseToken(err)
	}
	if err := checkTimes(token, o.now()); err != nil {
		return nil, refuseToken(err)
	}
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return nil, refuseToken(err)
	}
	if token.Subject == "" {
		return nil, refuseToken(errors.New("the token names no subject"))
	}
	role, ok := widest(claims[o.roleClaim])
	if !ok {
		return nil, content.Errorf(content.CodeUnauthenticated,
			"The token is valid, but its claim %q names no role here. Ask an administrator of the issuer for one.", o.roleClaim)
	}
	actor := &content.Actor{ID: "oidc_" + token.Subject, Name: token.Subject, Role: role}
	for _, name := range []string{"name", "preferred_username"} {
		if text, _ := claims[name].(string); text != "" {
			actor.Name = text
			break
		}
	}
	return actor, nil
}

// checkTimes checks the times of a token. It refuses a token without them.
func checkTimes(token *oidc.IDToken, now time.Time) error {
	var times struct {
		Expiry    *jwt.NumericDate `json:"exp"`
		NotBefore *jwt.NumericDate `json:"nbf"`
		IssuedAt  *jwt.NumericDate `json:"iat"`
	}
	if err := token.Claims(&times); err != nil {
		return err
	}
	if times.NotBefore == nil {
		times.NotBefore = times.IssuedAt // few issuers write nbf, OpenID Connect requires iat
	}
	if times.Expiry == nil || times.NotBefore == nil {
		return errors.New("the token does not say from when to when it is valid")
	}
	valid := jwt.Claims{Expiry: times.Expiry, NotBefore: times.NotBefore}
	return valid.ValidateWithLeeway(jwt.Expected{Time: now}, leeway)
}

// ready returns the verifier. It fetches the issuer's description once.
func (o *OIDC) ready(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.verifier != nil {
		return o.verifier, nil
	}
	provider, err := oidc.NewProvider(o.describe.context(ctx), o.issuer)
	if err != nil {
		return nil, fmt.Errorf("ask the issuer %s: %w", o.issuer, err)
	}
	o.verifier = provider.VerifierContext(o.keys.context(context.WithoutCancel(ctx)), &oidc.Config{
		ClientID:             o.audience,
		SupportedSigningAlgs: algorithmNames(),
		SkipExpiryCheck:      true, // checkTimes checks the times, with a leeway and all of them required
	})
	return o.verifier, nil
}

// algorithmNames returns signingAlgorithms in the type of the oidc package.
func algorithmNames() (names []string) {
	for _, algorithm := range signingAlgorithms {
		names = append(names, string(algorithm))
	}
	return names
}

// widest returns the role with the most rights in a claim, which is a text or a list of texts.
func widest(claim any) (role content.Role, ok bool) {
	names, isList := claim.([]any)
	if !isList {
		names = []any{claim}
	}
	for _, r := range content.Roles() {
		for _, name := range names {
			if text, _ := name.(string); strings.EqualFold(text, string(r)) {
				role, ok = r, true
			}
		}
	}
	return role, ok
}

// limitedFetcher fetches from an issuer, at most once in fetchEvery: clients that send tokens with unknown keys must
// not cause many requests to the issuer.
type limitedFetcher struct {
	limit *rate.Limiter
	now   func() time.Time
	// down says that the last fetch failed.
	down atomic.Bool
}

func newLimitedFetcher(now func() time.Time) *limitedFetcher {
	return &limitedFetcher{limit: rate.NewLimiter(rate.Every(fetchEvery), 1), now: now}
}

// errTooSoon is the error of a fetch that was suppressed because the last one was too recent.
var errTooSoon = errors.New("the issuer was asked a moment ago")

// context returns a context with which the oidc package fetches through s.
func (s *limitedFetcher) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Transport: s, Timeout: fetchTimeout})
}

// RoundTrip implements [http.RoundTripper].
func (s *limitedFetcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if !s.limit.AllowN(s.now(), 1) {
		return nil, errTooSoon
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	s.down.Store(err != nil || response.StatusCode != http.StatusOK)
	return response, err
}
