package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/auth"
	"sen/internal/content"
)

// sendTo sends a request to a handler that answers with the actor; the path /in begins a session.
func sendTo(t *testing.T, self, path string, headers map[string]string) *http.Response {
	t.Helper()
	return sendWithCookies(t, self, path, headers, false)
}

// sendWithCookies does the same as sendTo, with or without cookies for pages of other sites.
func sendWithCookies(t *testing.T, self, path string, headers map[string]string, crossSite bool) *http.Response {
	t.Helper()
	origins, err := ParseOrigins([]string{"https://app.example"}, strings.HasPrefix(self, "http://localhost"), self)
	if err != nil {
		t.Fatal(err)
	}
	proxies, err := ParseProxies([]string{"10.0.0.0/8", "2001:db8::1"})
	if err != nil {
		t.Fatal(err)
	}
	v := authenticator{
		cookies: cookies{origins, crossSite}, proxies: proxies,
		actor: func(_ context.Context, secret string) (*content.Actor, error) {
			switch secret {
			case "good":
				return &content.Actor{Name: "Lan"}, nil
			case "away":
				return nil, content.Errorf(content.CodeUnavailable, "Try again.")
			case "broken":
				return nil, errors.New("inner matters")
			}
			return nil, content.Errorf(content.CodeUnauthenticated, "Sign in again.")
		},
	}
	request := httptest.NewRequest(http.MethodPost, "http://sen.example"+path, nil)
	request.RemoteAddr = "10.1.2.3:4567"
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	if host := headers["Host"]; host != "" {
		request.Host = host
	}
	w := httptest.NewRecorder()
	v.authenticate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := badSecretOf(r.Context()); err != nil {
			refuseClient(w, r, nil, content.CodeOf(err), err)
			return
		}
		w.Header().Set("X-Forgetful", strconv.FormatBool(auth.ClientOf(r.Context()).Forgetful))
		w.Header().Set("X-Device", auth.ClientOf(r.Context()).Device)
		w.Header().Set("X-Address", auth.AddressOf(r.Context()))
		if actor := auth.ActorOf(r.Context()); actor != nil {
			w.Header().Set("X-Actor", actor.Name)
		}
		in := auth.Session{Secret: "good", Expires: time.Unix(2_000_000_000, 0), Device: "mark"}
		switch r.URL.Path {
		case "/in":
			auth.SetSession(r.Context(), in)
		case "/twice":
			auth.SetSession(r.Context(), auth.Session{Secret: "first", Expires: in.Expires, Device: "other"})
			auth.SetSession(r.Context(), in)
		case "/inout":
			auth.SetSession(r.Context(), in)
			auth.SetSession(r.Context(), auth.Session{})
		case "/out":
			auth.SetSession(r.Context(), auth.Session{})
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
		{
			"a bad bearer with a good cookie",
			map[string]string{"Authorization": "Bearer bad", "Cookie": in},
			401, "",
			"UNAUTHENTICATED", false,
		},
		{"a proxy's own password", map[string]string{"Authorization": "Basic eDp5"}, 200, "", "", false},
		{
			"a proxy's own password with a cookie",
			map[string]string{"Authorization": "Basic eDp5", "Cookie": in},
			200, "Lan",
			"", false,
		},
		{"the store is away", map[string]string{"Authorization": "Bearer away"}, 503, "", "UNAVAILABLE", false},
		{"the store is away for a cookie", map[string]string{"Cookie": "sen_session=away"}, 503, "", "UNAVAILABLE", false},
		{"a fault of ours", map[string]string{"Authorization": "Bearer broken"}, 500, "", "INTERNAL", false},
		{"a cookie", map[string]string{"Cookie": in}, 200, "Lan", "", false},
		{"a stale cookie", map[string]string{"Cookie": stale}, 200, "", "", true},
		{
			"a cookie of the same page",
			map[string]string{"Cookie": in, "Sec-Fetch-Site": "same-origin"},
			200, "Lan", "",
			false,
		},
		{
			"a cookie of this origin",
			map[string]string{"Cookie": in, "Origin": "https://sen.example", "Sec-Fetch-Site": "same-origin"},
			200, "Lan", "",
			false,
		},
		{
			"a cookie of this host without https",
			map[string]string{"Cookie": in, "Origin": "http://sen.example"},
			200, "", "",
			false,
		},
		{"a cookie with the prefix", map[string]string{"Cookie": "__Host-" + in}, 200, "Lan", "", false},
		{
			"a cookie with the prefix before a stale one without",
			map[string]string{"Cookie": stale + "; __Host-" + in},
			200,
			"Lan", "", false,
		},
		{
			"a good cookie without the prefix beside a stale one with it",
			map[string]string{"Cookie": "__Host-" + stale + "; " + in},
			200, "Lan", "", false,
		},
		{
			"a good cookie behind a stale one of its name",
			map[string]string{"Cookie": stale + "; " + in},
			200, "Lan", "",
			false,
		},
		{"a good cookie behind many", map[string]string{"Cookie": strings.Repeat(stale+"; ", 50) + in}, 200, "", "", true},
		{"a stale cookie with the prefix", map[string]string{"Cookie": "__Host-" + stale}, 200, "", "", true},
		{
			"a cookie of an allowed origin",
			map[string]string{"Cookie": in, "Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"},
			200, "Lan", "",
			false,
		},
		{"a cookie of another origin", map[string]string{"Cookie": in, "Origin": "https://evil.example"}, 200, "", "", false},
		{"a cookie of no origin", map[string]string{"Cookie": in, "Origin": "null"}, 200, "", "", false},
		{"a cookie of another site", map[string]string{"Cookie": in, "Sec-Fetch-Site": "cross-site"}, 200, "", "", false},
		{"a cookie of a sister site", map[string]string{"Cookie": in, "Sec-Fetch-Site": "same-site"}, 200, "", "", false},
		{
			"a stale cookie of another site",
			map[string]string{"Cookie": stale, "Sec-Fetch-Site": "cross-site"},
			200, "", "",
			false,
		},
	} {
		response := sendTo(t, "https://sen.example", "/", test.headers)
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
		if err := json.NewDecoder(response.Body).Decode(&body); err != nil || len(body.Errors) != 1 ||
			body.Errors[0].Extensions.Code != test.code || strings.Contains(body.Errors[0].Message, "inner") {
			t.Errorf("%s: the answer is %+v, %v", test.name, body, err)
		}
		if challenge := response.Header.Get("WWW-Authenticate"); (challenge != "") != (test.status == http.StatusUnauthorized) {
			t.Errorf("%s: the challenge is %q", test.name, challenge)
		}
	}
}

// TestCookies checks which header lines set and remove cookies: an answer has each cookie at most once.
func TestCookies(t *testing.T) {
	const (
		expires = "; Path=/; Expires=Wed, 18 May 2033 03:33:20 GMT; HttpOnly"
		year    = "; Path=/; Max-Age=31536000; HttpOnly"
		gone    = "; Path=/; Max-Age=0; HttpOnly"
		lax     = "; Secure; SameSite=Lax"
		none    = "; Secure; SameSite=None; Partitioned"
	)
	const https, http = "https://sen.example", "http://localhost:8080"
	app := map[string]string{"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
	for _, c := range []struct {
		name, self, path string
		headers          map[string]string
		crossSite        bool
		lines            []string
	}{
		{
			"https", https, "/in", nil, false,
			[]string{"__Host-sen_device=mark" + year + lax, "__Host-sen_session=good" + expires + lax},
		},
		{
			"http", http, "/in", nil, false,
			[]string{"sen_device=mark" + year + "; SameSite=Lax", "sen_session=good" + expires + "; SameSite=Lax"},
		},
		{
			"twice", https, "/twice", nil, false,
			[]string{"__Host-sen_device=mark" + year + lax, "__Host-sen_session=good" + expires + lax},
		},
		{
			"in and out", https, "/inout", nil, false,
			[]string{"__Host-sen_device=mark" + year + lax, "__Host-sen_session=" + gone + lax},
		},
		{
			"instead of a stale one", https, "/in",
			map[string]string{"Cookie": "sen_session=stale; __Host-sen_session=stale"},
			false,
			[]string{"__Host-sen_device=mark" + year + lax, "__Host-sen_session=good" + expires + lax},
		},
		{
			"out of the old name", https, "/out",
			map[string]string{"Cookie": "sen_session=good"},
			false,
			[]string{"sen_session=" + gone + lax},
		},
		{
			"out of the new name", https, "/out",
			map[string]string{"Cookie": "__Host-sen_session=good"},
			false,
			[]string{"__Host-sen_session=" + gone + lax},
		},
		{
			"out of both", https, "/out",
			map[string]string{"Cookie": "__Host-sen_session=good; sen_session=good"},
			false,
			[]string{"__Host-sen_session=" + gone + lax, "sen_session=" + gone + lax},
		},
		{"out, without a cookie", http, "/out", nil, false, []string{"sen_session=" + gone + "; SameSite=Lax"}},
		{
			"the old prefix without https", http, "/out",
			map[string]string{"Cookie": "__Host-sen_session=good"},
			false,
			[]string{"__Host-sen_session=" + gone + lax},
		},
		{"another site, lax", https, "/in", app, false, nil},
		{
			"another site, none", https, "/in", app, true,
			[]string{"__Host-sen_device=mark" + year + none, "__Host-sen_session=good" + expires + none},
		},
		{"another site's sign-out", https, "/out", app, true, []string{"__Host-sen_session=" + gone + none}},
		{
			"another site that is not allowed", https, "/in",
			map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
			true, nil,
		},
		{"another site's picture", https, "/in", map[string]string{"Sec-Fetch-Site": "cross-site"}, true, nil},
	} {
		response := sendWithCookies(t, c.self, c.path, c.headers, c.crossSite)
		if diff := cmp.Diff(c.lines, response.Header.Values("Set-Cookie")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestCookiesThatDoNotReturn checks which pages do not send their cookies back, with Sec-Fetch-Site as browsers send
// it and without.
func TestCookiesThatDoNotReturn(t *testing.T) {
	for _, c := range []struct {
		name, self, origin, site string
		crossSite, forgetful     bool
	}{
		{"no page", "https://sen.example", "", "", false, false},
		{"the playground", "https://sen.example", "https://sen.example", "same-origin", false, false},
		{"an app of another site", "https://sen.example", "https://app.example", "cross-site", false, true},
		{"an app of another site, as an old browser says it", "https://sen.example", "https://app.example", "", false, true},
		{
			"an app of another site, with cookies for those", "https://sen.example", "https://app.example", "cross-site", true,
			false,
		},
		{"an app that is not allowed", "https://sen.example", "https://evil.example", "cross-site", true, true},
		{"an app of the same site", "https://api.app.example", "https://app.example", "same-site", false, false},
		{
			"an app of the same site, as an old browser says it", "https://api.app.example", "https://app.example", "", false,
			false,
		},
		{
			"an app of this machine by another name", "http://localhost:8080", "http://127.0.0.1:5173", "cross-site", false,
			true,
		},
		{
			"an app of this machine by another name, as an old browser says it", "http://localhost:8080",
			"http://127.0.0.1:5173", "", false, true,
		},
		{"an app of this machine", "http://localhost:8080", "http://localhost:5173", "same-site", false, false},
	} {
		headers := map[string]string{"Host": strings.SplitN(c.self, "://", 2)[1]}
		for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site} {
			if value != "" {
				headers[name] = value
			}
		}
		if got := sendWithCookies(t, c.self, "/", headers,
			c.crossSite).Header.Get("X-Forgetful"); got != strconv.FormatBool(c.forgetful) {
			t.Errorf("%s: forgetful is %s", c.name, got)
		}
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
		if got := sendTo(t, "", "/", map[string]string{"X-Forwarded-For": forwarded}).Header.Get("X-Address"); got != want {
			t.Errorf("%.50q gives %s, want %s", forwarded, got, want)
		}
	}
	if got := (Proxies{}).client(&http.Request{
		RemoteAddr: "192.0.2.1:1",
		Header:     http.Header{"X-Forwarded-For": {"1.1.1.1"}},
	}); got != "192.0.2.1" {
		t.Errorf("without proxies the header counts: %s", got)
	}
	if _, err := ParseProxies([]string{"proxy.example"}); err == nil {
		t.Error("a name is taken for a network")
	}
}
