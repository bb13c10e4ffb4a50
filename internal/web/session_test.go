package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/people"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// TestActorsAreNotCached checks that an answer to a signed-in client is cached nowhere, while the same answer to an
// anonymous client may be.
func TestActorsAreNotCached(t *testing.T) {
	server := testserver.Start(t, testkit.Store(t, testkit.Embedded(t)), nil)
	_, secret, err := server.People.CreateToken(operator(t), nil, readerToken)
	if err != nil {
		t.Fatal(err)
	}
	for bearer, want := range map[string]struct {
		status  int
		caching string
		tagged  bool
	}{
		"":                     {http.StatusOK, "no-cache", true},
		"Bearer " + secret:     {http.StatusOK, "private, no-store", false},
		"Bearer sent_whatever": {http.StatusUnauthorized, "no-store", false},
	} {
		request, err := http.NewRequest(http.MethodGet,
			server.URL+"/graphql?query="+url.QueryEscape("{ articles { totalCount } }"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if bearer != "" {
			request.Header.Set("Authorization", bearer)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		h := response.Header
		if response.StatusCode != want.status || h.Get("Cache-Control") != want.caching ||
			(h.Get("ETag") != "") != want.tagged {
			t.Errorf("%.12q: status %d, %s, ETag %q", bearer, response.StatusCode, h.Get("Cache-Control"), h.Get("ETag"))
		}
	}
}

// TestSignInByCookie does what a browser does: an account with a one-time password signs in, may do nothing before it
// has changed the password, and signs out.
func TestSignInByCookie(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.Store(t, e), nil)
		password, err := server.People.FirstAdmin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var cookie *http.Cookie
		ask := func(query string) string {
			t.Helper()
			body, err := json.Marshal(map[string]string{"query": query})
			if err != nil {
				t.Fatal(err)
			}
			request, err := http.NewRequest(http.MethodPost, server.URL+"/graphql", bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Origin", server.URL)
			if cookie != nil {
				request.AddCookie(cookie)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			for _, c := range response.Cookies() {
				cookie = c
			}
			answer, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			return string(answer)
		}
		const viewer = `{ viewer { name role mustChangePassword } }`
		for _, step := range []struct{ query, answer string }{
			{viewer, `{"data":{"viewer":null}}`},
			{
				`mutation { signIn(login: "admin", password: "` + password + `") { viewer { name role } userErrors { message } } }`,
				`{"data":{"signIn":{"viewer":{"name":"Administrator","role":null},"userErrors":[]}}}`,
			},
			{viewer, `{"data":{"viewer":{"name":"Administrator","role":null,"mustChangePassword":true}}}`},
			{
				`mutation { changePassword(password: "` + password +
					`", newPassword: "mot hai ba bon") { viewer { role } userErrors { message } } }`,
				`{"data":{"changePassword":{"viewer":{"role":"ADMIN"},"userErrors":[]}}}`,
			},
			{viewer, `{"data":{"viewer":{"name":"Administrator","role":"ADMIN","mustChangePassword":false}}}`},
			{`{ accounts { login } }`, `{"data":{"accounts":[{"login":"admin"}]}}`},
			{`mutation { signOut { userErrors { message } } }`, `{"data":{"signOut":{"userErrors":[]}}}`},
		} {
			if got := ask(step.query); got != step.answer {
				t.Errorf("%s is answered\n%s, want\n%s", step.query, got, step.answer)
			}
		}
		if cookie == nil || cookie.Value != "" || cookie.MaxAge >= 0 {
			t.Errorf("after signing out the cookie is %v", cookie)
		}
	})
}

// operator returns a context in which the program's operator acts.
func operator(t *testing.T) context.Context { return auth.WithActor(t.Context(), people.Operator) }

// readerToken is a token that reads drafts.
var readerToken = people.NewToken{Name: "x", Role: content.RoleReader}
