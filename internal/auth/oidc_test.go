package auth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"sen/internal/auth"
	"sen/internal/content"
)

// issuer is an OpenID Connect issuer on its own port.
type issuer struct {
	*httptest.Server
	keys    map[string]crypto.Signer
	fetches atomic.Int64
	down    atomic.Bool
}

const audience = "sen"

// startIssuer starts an issuer with a key for each algorithm. The id of a key is the name of its algorithm.
func startIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{keys: map[string]crypto.Signer{}}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.keys["RS256"], i.keys["ES256"], i.keys["EdDSA"] = rsaKey, ecKey, edKey
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + "/keys", "authorization_endpoint": i.URL, "token_endpoint": i.URL,
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}, // the verifier must ignore this list
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.fetches.Add(1)
		var set jose.JSONWebKeySet
		for kid, key := range i.keys {
			set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Public(), KeyID: kid, Use: "sig"})
		}
		_ = json.NewEncoder(w).Encode(set)
	})
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.down.Load() {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Close)
	return i
}

// claims returns valid claims with some changes; a nil value removes a claim.
func (i *issuer) claims(now time.Time, changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": i.URL, "aud": audience, "sub": "u1", "name": "Lan", "sen_role": "editor",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	for name, value := range changes {
		c[name] = value
		if value == nil {
			delete(c, name)
		}
	}
	return c
}

// sign signs claims. With the algorithm "none", the signature is empty.
func sign(t *testing.T, algorithm jose.SignatureAlgorithm, kid string, key any, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	if algorithm == "none" {
		header := `{"alg":"none","typ":"JWT","kid":"` + kid + `"}`
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(payload) +
			"."
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if kid != "" {
		options = options.WithHeader("kid", kid)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestOIDC(t *testing.T) {
	i := startIssuer(t)
	now := time.Now()
	o := auth.NewOIDC(i.URL, audience, "sen_role", func() time.Time { return now })
	public := i.keys["RS256"].Public().(*rsa.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	otherKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(changes map[string]any) string {
		return sign(t, jose.RS256, "RS256", i.keys["RS256"], i.claims(now, changes))
	}
	good := signed(nil)
	parts := strings.Split(good, ".")
	other, err := json.Marshal(i.claims(now, map[string]any{"sen_role": "admin"}))
	if err != nil {
		t.Fatal(err)
	}
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for _, test := range []struct {
		name, token string
		role        content.Role // empty when it must be refused
	}{
		{"RS256", good, content.RoleEditor},
		{"ES256", sign(t, jose.ES256, "ES256", i.keys["ES256"], i.claims(now, nil)), content.RoleEditor},
		{"EdDSA", sign(t, jose.EdDSA, "EdDSA", i.keys["EdDSA"], i.claims(now, nil)), content.RoleEditor},
		{"one audience of several", signed(map[string]any{"aud": []string{"x", audience}}), content.RoleEditor},
		{
			"the widest of several roles", signed(map[string]any{"sen_role": []string{"Reader", "WRITER", "offline_access"}}),
			content.RoleWriter,
		},
		{"no nbf but iat", signed(map[string]any{"nbf": nil}), content.RoleEditor},
		{"expired within the leeway", signed(map[string]any{"exp": at(-50 * time.Second)}), content.RoleEditor},
		{"nbf within the leeway", signed(map[string]any{"nbf": at(50 * time.Second)}), content.RoleEditor},

		{"alg none", sign(t, "none", "RS256", nil, i.claims(now, nil)), ""},
		{
			"alg none with a signature",
			base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"RS256"}`)) + "." + parts[1] + "." + parts[2], "",
		},
		{"HS256 by the public key", sign(t, jose.HS256, "RS256", publicPEM, i.claims(now, nil)), ""},
		{"HS256 by the public key's bytes", sign(t, jose.HS256, "RS256", der, i.claims(now, nil)), ""},
		{"RS512", sign(t, jose.RS512, "RS256", i.keys["RS256"], i.claims(now, nil)), ""},
		{"PS256", sign(t, jose.PS256, "RS256", i.keys["RS256"], i.claims(now, nil)), ""},
		{"another's key under a known id", sign(t, jose.RS256, "RS256", otherKey, i.claims(now, nil)), ""},
		{"another's key under an unknown id", sign(t, jose.RS256, "evil", otherKey, i.claims(now, nil)), ""},
		{"a known key under another's id", sign(t, jose.RS256, "ES256", i.keys["RS256"], i.claims(now, nil)), ""},
		{"no key id", sign(t, jose.RS256, "", i.keys["RS256"], i.claims(now, nil)), ""},
		{
			"other claims under the signature", parts[0] + "." + base64.RawURLEncoding.EncodeToString(other) + "." + parts[2],
			"",
		},
		{"wrong audience", signed(map[string]any{"aud": "other"}), ""},
		{"no audience", signed(map[string]any{"aud": nil}), ""},
		{"wrong issuer", signed(map[string]any{"iss": i.URL + "/"}), ""},
		{"no issuer", signed(map[string]any{"iss": nil}), ""},
		{"expired", signed(map[string]any{"exp": at(-61 * time.Second)}), ""},
		{"no exp", signed(map[string]any{"exp": nil}), ""},
		{"nbf to come", signed(map[string]any{"nbf": at(61 * time.Second)}), ""},
		{"neither nbf nor iat", signed(map[string]any{"nbf": nil, "iat": nil}), ""},
		{"no subject", signed(map[string]any{"sub": nil}), ""},
		{"no role", signed(map[string]any{"sen_role": nil}), ""},
		{"an unknown role", signed(map[string]any{"sen_role": "owner"}), ""},
		{"a role that is no text", signed(map[string]any{"sen_role": 4}), ""},
		{"exp that is no number", signed(map[string]any{"exp": "tomorrow"}), ""},
		{"no token", "a.b.c", ""},
	} {
		actor, err := o.Actor(t.Context(), test.token)
		switch {
		case test.role == "":
			if content.CodeOf(err) != content.CodeUnauthenticated || actor != nil {
				t.Errorf("%s: it gives %+v, %v", test.name, actor, err)
			}
		case err != nil:
			t.Errorf("%s: %v", test.name, err)
		case actor.Role != test.role || actor.ID != "oidc_u1" || actor.Name != "Lan":
			t.Errorf("%s: it gives %+v", test.name, actor)
		}
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("the keys were fetched %d times within one moment", n)
	}
}

// TestOIDCFetches checks that a flood of unknown keys does not reach the issuer, and that a new key is still found.
func TestOIDCFetches(t *testing.T) {
	i := startIssuer(t)
	now := time.Now()
	o := auth.NewOIDC(i.URL, audience, "sen_role", func() time.Time { return now })
	fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token := sign(t, jose.ES256, "fresh", fresh, i.claims(now, nil))
	for range 20 {
		if _, err := o.Actor(t.Context(), token); content.CodeOf(err) != content.CodeUnauthenticated {
			t.Fatal(err)
		}
	}
	i.keys["fresh"] = fresh
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("the keys were fetched %d times", n)
	}
	now = now.Add(11 * time.Second)
	// For a moment, the library may still use the result of the previous fetch.
	for range 100 {
		if _, err = o.Actor(t.Context(), token); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		t.Errorf("a new key gives %v", err)
	}
	if n := i.fetches.Load(); n != 2 {
		t.Errorf("the keys were fetched %d times", n)
	}
}

// TestOIDCDown starts while the issuer is down. Its tokens fail with UNAVAILABLE until the issuer is up.
func TestOIDCDown(t *testing.T) {
	i := startIssuer(t)
	now := time.Now()
	o := auth.NewOIDC(i.URL, audience, "sen_role", func() time.Time { return now })
	token := sign(t, jose.RS256, "RS256", i.keys["RS256"], i.claims(now, nil))
	i.down.Store(true)
	for range 2 {
		if _, err := o.Actor(t.Context(), token); content.CodeOf(err) != content.CodeUnavailable {
			t.Errorf("an issuer that is down gives %v", err)
		}
	}
	i.down.Store(false)
	now = now.Add(11 * time.Second)
	if _, err := o.Actor(t.Context(), token); err != nil {
		t.Errorf("an issuer that is up again gives %v", err)
	}
	i.down.Store(true)
	if _, err := o.Actor(t.Context(), token); err != nil {
		t.Errorf("a known key of an issuer that is down gives %v", err)
	}
}
