package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
)

// knock sends a request to a handler that tells who asks, and on /in begins a session.
func knock(t *testing.T, self, path string, headers map[string]string) *http.Response {
	t.Helper()
	origins, err := ParseOrigins([]string{"https://app.example"}, false, self)
	if err != nil {
		t.Fatal(err)
	}
	proxies, err := ParseProxies([]string{"10.0.0.0/8", "2001:db8::1"})
	if err != nil {
		t.Fatal(err)
	}
	v := visitors{origins: origins, proxies: proxies, actor: func(_ context.Context, secret string) (*content.Actor, error) {
		switch secret {
		case "good":
			return &content.Actor{Name: "Lan"}, nil
		case "away":
			return nil, content.Errorf(content.CodeUnavailable, "Try again.")
		case "broken":
			return nil, errors.New("inner matters")
		}
		return nil, content.Errorf(content.CodeUnauthenticated, "Sign in again.")
	}}
	request := httptest.NewRequest(http.MethodPost, "http://sen.example"+path, nil)
	request.RemoteAddr = "10.1.2.3:4567"
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	v.identified(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Address", auth.AddressOf(r.Context()))
		if actor := auth.ActorOf(r.Context()); actor != nil {
			w.Header().Set("X-Actor", actor.Name)
		}
		if r.URL.Path == "/in" {
			auth.SetSession(r.Context(), "good", time.Unix(2_000_000_000, 0))
		}
	})).ServeHTTP(w, request)
	return w.Result()
}

func TestVisitors(t *testing.T) {
	const in, stale = "sen_session=good", "sen_session=stale"
	for _, test := range []struct {
		name    string
		headers map[string]string
		status  int
		actor   string
		code    string
		cleared bool
	}{
		{"a stranger", nil, 200, "", "", false},
		{"a bearer", map[string]string{"Authorization": "Bearer good"}, 200, "Lan", "", false},
		{"a bearer in small letters", map[string]string{"Authorization": "bearer good"}, 200, "Lan", "", false},
		{"a bad bearer", map[string]string{"Authorization": "Bearer bad"}, 401, "", "UNAUTHENTICATED", false},
		{"an empty bearer", map[string]string{"Authorization": "Bearer"}, 401, "", "UNAUTHENTICATED", false},
		{"a bad bearer with a good cookie", map[string]string{"Authorization": "Bearer bad", "Cookie": in}, 401, "", "UNAUTHENTICATED", false},
		{"a proxy's own password", map[string]string{"Authorization": "Basic eDp5"}, 200, "", "", false},
		{"a proxy's own password with a cookie", map[string]string{"Authorization": "Basic eDp5", "Cookie": in}, 200, "Lan", "", false},
		{"the store is away", map[string]string{"Authorization": "Bearer away"}, 503, "", "UNAVAILABLE", false},
		{"the store is away for a cookie", map[string]string{"Cookie": "sen_session=away"}, 503, "", "UNAVAILABLE", false},
		{"a fault of ours", map[string]string{"Authorization": "Bearer broken"}, 500, "", "INTERNAL", false},
		{"a cookie", map[string]string{"Cookie": in}, 200, "Lan", "", false},
		{"a stale cookie", map[string]string{"Cookie": stale}, 200, "", "", true},
		{"a cookie of the same page", map[string]string{"Cookie": in, "Sec-Fetch-Site": "same-origin"}, 200, "Lan", "", false},
		{"a cookie of this origin", map[string]string{"Cookie": in, "Origin": "http://sen.example", "Sec-Fetch-Site": "same-origin"}, 200, "Lan", "", false},
		{"a cookie of an allowed origin", map[string]string{"Cookie": in, "Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}, 200, "Lan", "", false},
		{"a cookie of another origin", map[string]string{"Cookie": in, "Origin": "https://evil.example"}, 200, "", "", false},
		{"a cookie of no origin", map[string]string{"Cookie": in, "Origin": "null"}, 200, "", "", false},
		{"a cookie of another site", map[string]string{"Cookie": in, "Sec-Fetch-Site": "cross-site"}, 200, "", "", false},
		{"a cookie of a sister site", map[string]string{"Cookie": in, "Sec-Fetch-Site": "same-site"}, 200, "", "", false},
		{"a stale cookie of another site", map[string]string{"Cookie": stale, "Sec-Fetch-Site": "cross-site"}, 200, "", "", false},
	} {
		response := knock(t, "https://sen.example", "/", test.headers)
		if response.StatusCode != test.status || response.Header.Get("X-Actor") != test.actor {
			t.Errorf("%s: status %d for %q", test.name, response.StatusCode, response.Header.Get("X-Actor"))
		}
		if vary := response.Header.Get("Vary"); vary != "Authorization, Cookie" {
			t.Errorf("%s: Vary is %q", test.name, vary)
		}
		if cleared := strings.Contains(response.Header.Get("Set-Cookie"), "Max-Age=0"); cleared != test.cleared {
			t.Errorf("%s: the cookie is cleared: %t", test.name, cleared)
		}
		if test.code == "" {
			continue
		}
		var body struct {
			Errors []struct {
				Message    string
				Extensions struct{ Code string }
			}
			Data any
		}
		if err := json.NewDecoder(response.Body).Decode(&body); err != nil || len(body.Errors) != 1 || body.Errors[0].Extensions.Code != test.code || strings.Contains(body.Errors[0].Message, "inner") {
			t.Errorf("%s: the answer is %+v, %v", test.name, body, err)
		}
		if challenge := response.Header.Get("WWW-Authenticate"); (challenge != "") != (test.status == http.StatusUnauthorized) {
			t.Errorf("%s: the challenge is %q", test.name, challenge)
		}
	}
}

func TestSessionCookie(t *testing.T) {
	cookie := knock(t, "https://sen.example", "/in", nil).Header.Get("Set-Cookie")
	if want := "sen_session=good; Path=/; Expires=Wed, 18 May 2033 03:33:20 GMT; HttpOnly; Secure; SameSite=Lax"; cookie != want {
		t.Errorf("the cookie is %s", cookie)
	}
	if cookie = knock(t, "http://localhost:8080", "/in", nil).Header.Get("Set-Cookie"); strings.Contains(cookie, "Secure") {
		t.Errorf("without https the cookie is %s", cookie)
	}
	if cookie = knock(t, "https://sen.example", "/in", map[string]string{"Sec-Fetch-Site": "cross-site"}).Header.Get("Set-Cookie"); cookie != "" {
		t.Errorf("another site sets the cookie %s", cookie)
	}
}

func TestAddress(t *testing.T) {
	for forwarded, want := range map[string]string{
		"":                                   "10.1.2.3",
		"192.0.2.7":                          "192.0.2.7",
		"1.1.1.1, 192.0.2.7":                 "192.0.2.7",
		"192.0.2.7, 10.9.9.9":                "192.0.2.7",
		"192.0.2.7, 2001:db8::1":             "192.0.2.7",
		"1.1.1.1, 2001:db8::2, 10.9.9.9":     "2001:db8::2",
		"not an address":                     "10.1.2.3",
		"1.1.1.1, not an address, 10.9.9.9":  "10.9.9.9",
		"10.0.0.1, 10.0.0.2":                 "10.0.0.1",
		strings.Repeat("10.0.0.1, ", 1000):   "10.1.2.3",
		" 192.0.2.7 ,10.9.9.9":               "192.0.2.7",
		"192.0.2.7, ::ffff:10.9.9.9":         "192.0.2.7",
		"1.1.1.1, 192.0.2.7, 203.0.113.9":    "203.0.113.9",
		"203.0.113.9, 192.0.2.7, 10.9.9.9, ": "10.1.2.3",
	} {
		if got := knock(t, "", "/", map[string]string{"X-Forwarded-For": forwarded}).Header.Get("X-Address"); got != want {
			t.Errorf("%.50q gives %s, want %s", forwarded, got, want)
		}
	}
	if got := (Proxies{}).client(&http.Request{RemoteAddr: "192.0.2.1:1", Header: http.Header{"X-Forwarded-For": {"1.1.1.1"}}}); got != "192.0.2.1" {
		t.Errorf("without proxies the header counts: %s", got)
	}
	if _, err := ParseProxies([]string{"proxy.example"}); err == nil {
		t.Error("a name is taken for a network")
	}
}
