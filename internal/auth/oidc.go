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

// signingAlgorithms are those that an issuer may sign with. All have a public key, so that
// no key of an issuer can be taken for a shared secret; "none" is not among them.
var signingAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA}

// What is allowed between a server and an issuer.
const (
	// leeway is how far their clocks may be apart.
	leeway = 60 * time.Second
	// fetchEvery is the least time between two fetches of an issuer's keys, or of its description.
	fetchEvery = 10 * time.Second
	// fetchTimeout bounds one fetch.
	fetchTimeout = 5 * time.Second
)

// OIDC verifies tokens of one OpenID Connect issuer.
type OIDC struct {
	issuer, audience, roleClaim string
	// describe and keys fetch the issuer's description and its keys.
	describe, keys *sparing
	now            func() time.Time

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // nil until the issuer described itself
}

// NewOIDC makes a verifier of the tokens that an issuer (its URL) made for an audience.
// The claim names one role or several, of which the widest counts. The issuer is asked at
// the first token, and again until it answers. Now tells the time; nil is the clock.
func NewOIDC(issuer, audience, roleClaim string, now func() time.Time) *OIDC {
	if now == nil {
		now = time.Now
	}
	return &OIDC{issuer: issuer, audience: audience, roleClaim: roleClaim, describe: newSparing(now), keys: newSparing(now), now: now}
}

// IsJWT tells whether a bearer's secret looks like a token of an issuer.
func IsJWT(secret string) bool { return strings.Count(secret, ".") == 2 }

// errIssuerAway is answered while the issuer does not give its keys.
func errIssuerAway(cause error) error {
	return &content.Error{Code: content.CodeUnavailable, Message: "The token's issuer can't be reached to check it. Try again.", Cause: cause}
}

// refuseToken is answered for a token that is no good; why is for the log.
func refuseToken(why error) error {
	return &content.Error{Code: content.CodeUnauthenticated, Message: "The token is not valid here, or it has expired. Get a new one from its issuer.", Cause: why}
}

// Actor is whose token it is. It answers UNAUTHENTICATED for a token that is no good or
// names no role of ours, and UNAVAILABLE while the issuer can't be reached.
func (o *OIDC) Actor(ctx context.Context, raw string) (*content.Actor, error) {
	// The key is chosen by its id alone: trying all keys would let the sender choose.
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
	if err := inTime(token, o.now()); err != nil {
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
		return nil, content.Errorf(content.CodeUnauthenticated, "The token is valid, but its claim %q names no role here. Ask an administrator of the issuer for one.", o.roleClaim)
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

// inTime tells what is wrong with the times of a token. Each has to be there.
func inTime(token *oidc.IDToken, now time.Time) error {
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

// ready gives the verifier, which needs the issuer's description of itself once.
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
		SkipExpiryCheck:      true, // inTime checks the times, with a leeway and all of them required
	})
	return o.verifier, nil
}

// algorithmNames are the signingAlgorithms as the oidc package takes them.
func algorithmNames() (names []string) {
	for _, algorithm := range signingAlgorithms {
		names = append(names, string(algorithm))
	}
	return names
}

// widest is the widest role that a claim names: a text, or a list of them.
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

// sparing fetches from an issuer, but not again and again: whoever sends tokens with keys
// that nobody knows must not make the server hammer it.
type sparing struct {
	limit *rate.Limiter
	now   func() time.Time
	// down tells that the last fetch failed.
	down atomic.Bool
}

func newSparing(now func() time.Time) *sparing {
	return &sparing{limit: rate.NewLimiter(rate.Every(fetchEvery), 1), now: now}
}

// errTooSoon is the failure of a fetch that was not made.
var errTooSoon = errors.New("the issuer was asked a moment ago")

// context makes the oidc package fetch in this way.
func (s *sparing) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Transport: s, Timeout: fetchTimeout})
}

// RoundTrip implements [http.RoundTripper].
func (s *sparing) RoundTrip(r *http.Request) (*http.Response, error) {
	if !s.limit.AllowN(s.now(), 1) {
		return nil, errTooSoon
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	s.down.Store(err != nil || response.StatusCode != http.StatusOK)
	return response, err
}
