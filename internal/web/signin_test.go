package web_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"sen/graph"
	"sen/internal/content"
	"sen/internal/people"
	"sen/internal/storage"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

const thePassword = "mot hai ba bon"

// visitor is a client that keeps cookies by their names, as a browser does.
type visitor struct {
	t       *testing.T
	server  *testserver.Server
	cookies map[string]string
	headers []string
}

func newVisitor(t *testing.T, server *testserver.Server, headers ...string) *visitor {
	return &visitor{t, server, map[string]string{}, headers}
}

// ask sends a query by POST and returns the answer with its body.
func (v *visitor) ask(query string, headers ...string) (*http.Response, string) {
	v.t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		v.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, v.server.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	for name, value := range v.cookies {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, answer := testserver.Send(v.t, request,
		slices.Concat([]string{"Content-Type", "application/json"}, v.headers, headers)...)
	seen := map[string]bool{}
	for _, cookie := range response.Cookies() {
		if seen[cookie.Name] {
			v.t.Errorf("the cookie %s is set twice: %v", cookie.Name, response.Header.Values("Set-Cookie"))
		}
		seen[cookie.Name] = true
		if v.cookies[cookie.Name] = cookie.Value; cookie.MaxAge < 0 {
			delete(v.cookies, cookie.Name)
		}
	}
	return response, string(answer)
}

// signIn tries a password of the account lan.
func (v *visitor) signIn(password string) string {
	v.t.Helper()
	_, answer := v.ask(fmt.Sprintf(`mutation { signIn(login: "lan", password: %q) { viewer { name } userErrors { code } } }`, password))
	return answer
}

const (
	isIn    = `{"data":{"signIn":{"viewer":{"name":"lan"},"userErrors":[]}}}`
	isWrong = `{"data":{"signIn":{"viewer":null,"userErrors":[{"code":"INVALID"}]}}}`
)

// serveWithAccount serves a store with the account lan, behind a proxy on this machine.
func serveWithAccount(t *testing.T, e testkit.Engine, change func(*web.Options)) *testserver.Server {
	t.Helper()
	store := testkit.Store(t, e)
	server := testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
		var err error
		if o.Proxies, err = web.ParseProxies([]string{"127.0.0.1", "::1"}); err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(o)
		}
	})
	account := people.NewAccount{Login: "lan", Name: "lan", Role: content.RoleEditor, Password: thePassword}
	created, _, err := server.People.CreateAccount(operator(t), nil, account)
	if err != nil {
		t.Fatal(err)
	}
	hash := quickHash(thePassword)
	if _, _, err := store.ChangeAccount(t.Context(), created.ID, storage.AccountChange{Password: &hash}); err != nil {
		t.Fatal(err)
	}
	return server
}

// quickHash returns a hash of a password that takes a thousandth of the usual work, because hundreds of guesses are
// compared with it. A hash contains its own cost.
func quickHash(password string) string {
	salt := make([]byte, 16)
	hash := argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, encode(salt), encode(hash))
}

// TestNobodyIsLockedOut lets attackers guess the password of a login, from one network and from many. The owner can
// still sign in from another network, or with the same browser as before, and change the password.
func TestNobodyIsLockedOut(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := serveWithAccount(t, e, nil)
		browser := newVisitor(t, server, "X-Forwarded-For", "192.0.2.1")
		if got := browser.signIn(thePassword); got != isIn {
			t.Fatal(got)
		}
		if _, got := browser.ask(`mutation { signOut { userErrors { code } } }`); strings.Contains(got, "errors") ||
			len(browser.cookies) != 1 {
			t.Fatalf("after signing out the browser has %v: %s", browser.cookies, got)
		}
		guess := func(from string) string {
			return newVisitor(t, server, "X-Forwarded-For", from).signIn("guessed wrong")
		}
		for i := range 5 {
			if got := guess("192.0.2.1"); got != isWrong {
				t.Fatalf("guess %d is answered %s", i, got)
			}
		}
		if got := guess("192.0.2.1"); !strings.Contains(got, "RATE_LIMITED") {
			t.Errorf("a network may guess on: %s", got)
		}
		if got := newVisitor(t, server, "X-Forwarded-For", "192.0.2.1").signIn(thePassword); !strings.Contains(got,
			"RATE_LIMITED") {
			t.Errorf("the right password tells itself during the wait: %s", got)
		}
		if got := newVisitor(t, server, "X-Forwarded-For", "198.51.100.1").signIn(thePassword); got != isIn {
			t.Errorf("the login is locked for another network: %s", got)
		}
		for i := range 110 {
			guess(fmt.Sprintf("10.%d.0.1", i))
		}
		if got := newVisitor(t, server, "X-Forwarded-For", "203.0.113.1").signIn(thePassword); !strings.Contains(got,
			"RATE_LIMITED") {
			t.Errorf("guesses from everywhere go on: %s", got)
		}
		forged := newVisitor(t, server, "X-Forwarded-For", "203.0.113.1")
		forged.cookies["__Host-sen_device"] = browser.cookies["__Host-sen_device"] + "x"
		if got := forged.signIn(thePassword); !strings.Contains(got, "RATE_LIMITED") {
			t.Errorf("a forged device mark is taken: %s", got)
		}
		if got := browser.signIn(thePassword); got != isIn {
			t.Errorf("the login is locked for a browser that signed in before: %s", got)
		}
		if _, got := browser.ask(`mutation { changePassword(password: "` + thePassword +
			`", newPassword: "nam sau bay tam") { viewer { name } userErrors { code } } }`); !strings.Contains(got,
			`"name":"lan"`) {
			t.Errorf("the password can't be changed during an attack: %s", got)
		}
	})
}

// TestStaleAuthorization signs in and out with a secret that is no longer valid; everything else is refused with it.
func TestStaleAuthorization(t *testing.T) {
	server := serveWithAccount(t, testkit.Embedded(t), nil)
	const in = `signIn(login: "lan", password: "` + thePassword + `") { viewer { name } userErrors { code } }`
	for _, stale := range []string{
		"Bearer sens_over", "Bearer sent_over", "Bearer senp_over", "Bearer nonsense",
		"Bearer",
	} {
		for query, status := range map[string]int{
			"mutation { " + in + " }":                                                              http.StatusOK,
			"mutation { " + in + " out: signOut { userErrors { code } } }":                         http.StatusOK,
			"mutation { ...F } fragment F on Mutation { " + in + " }":                              http.StatusOK,
			"mutation { signOut { userErrors { code } } }":                                         http.StatusOK,
			"mutation { signIn(login: \"lan\", password: \"wrong\") { userErrors { code } } }":     http.StatusOK,
			"mutation { " + in + ` publish(id: "article_x", version: 1) { userErrors { code } } }`: http.StatusUnauthorized,
			`mutation { signIn: publish(id: "article_x", version: 1) { userErrors { code } } }`:    http.StatusUnauthorized,
			"{ viewer { name } }":         http.StatusUnauthorized,
			"{ signIn: viewer { name } }": http.StatusUnauthorized,
			"mutation { signIn }":         http.StatusUnauthorized,
			"signIn":                      http.StatusUnauthorized,
			"query A { viewer { name } } mutation B { " + in + " }": http.StatusUnauthorized,
		} {
			response, body := newVisitor(t, server, "X-Forwarded-For", "192.0.2.1").ask(query, "Authorization", stale)
			if response.StatusCode != status {
				t.Errorf("%s with %q: status %d %s", query, stale, response.StatusCode, body)
			}
			if refused := strings.Contains(body, `"UNAUTHENTICATED"`) &&
				response.Header.Get("WWW-Authenticate") != ""; refused != (status == http.StatusUnauthorized) {
				t.Errorf("%s with %q is answered %s", query, stale, body)
			}
		}
	}
	browser := newVisitor(t, server)
	browser.cookies["__Host-sen_session"], browser.cookies["sen_session"] = "sens_over", "sens_over"
	if got := browser.signIn(thePassword); got != isIn {
		t.Errorf("with a stale cookie signing in is answered %s", got)
	}
	if _, got := browser.ask(`{ viewer { name } }`); got != `{"data":{"viewer":{"name":"lan"}}}` {
		t.Errorf("after signing in with a stale cookie: %s", got)
	}
}

// TestTwoSignIns checks that two sign-ins in one request set each cookie once (visitor checks it), and that the last
// one counts. It also checks that a session under the cookie's old name is valid and can be ended.
func TestTwoSignIns(t *testing.T) {
	server := serveWithAccount(t, testkit.Embedded(t), nil)
	browser := newVisitor(t, server)
	in := `signIn(login: "lan", password: "` + thePassword + `") { token }`
	_, got := browser.ask("mutation { a: " + in + " b: " + in + " }")
	var answer struct {
		Data struct{ A, B struct{ Token string } }
	}
	if err := json.Unmarshal([]byte(got), &answer); err != nil || answer.Data.B.Token == "" ||
		browser.cookies["__Host-sen_session"] != answer.Data.B.Token {
		t.Fatalf("the cookies are %v after %s", browser.cookies, got)
	}
	for _, name := range []string{"sen_session", "__Host-sen_session"} {
		again := newVisitor(t, server)
		again.cookies[name] = answer.Data.A.Token
		if name == "__Host-sen_session" {
			again.cookies[name] = answer.Data.B.Token
		}
		if _, got := again.ask(`{ viewer { name } }`); got != `{"data":{"viewer":{"name":"lan"}}}` {
			t.Errorf("%s: %s", name, got)
		}
		secret := again.cookies[name]
		if _, got := again.ask(`mutation { signOut { userErrors { code } } }`); strings.Contains(got, "code") ||
			len(again.cookies) > 0 {
			t.Errorf("%s: signing out leaves %v: %s", name, again.cookies, got)
		}
		again.cookies[name] = secret
		if _, got := again.ask(`{ viewer { name } }`); got != `{"data":{"viewer":null}}` {
			t.Errorf("%s: the session goes on: %s", name, got)
		}
	}
}

// TestSessionNotKept signs in from a page of another site. The answer says that the browser will not send the cookie
// back; with cookies for such pages the sign-in works.
func TestSessionNotKept(t *testing.T) {
	page := []string{"Origin", "https://app.example", "Sec-Fetch-Site", "cross-site"}
	in := func(fields string) string {
		return `mutation { signIn(login: "lan", password: "` + thePassword + `", locale: "en") { viewer { name } ` + fields +
			` userErrors { code message } notices { code message } } }`
	}
	lax := newVisitor(t, serveWithAccount(t, testkit.Embedded(t), nil), page...)
	_, got := lax.ask(in(""))
	if !strings.Contains(got,
		`"viewer":null,"userErrors":[{"code":"SESSION_NOT_KEPT","message":"The browser sends no session cookie`) ||
		len(lax.cookies) > 0 {
		t.Errorf("without a token it is answered %s, with %v", got, lax.cookies)
	}
	_, got = lax.ask(in("token"))
	if !strings.Contains(got,
		`"userErrors":[],"notices":[{"code":"SESSION_NOT_KEPT","message":"The browser sends no session cookie`) ||
		len(lax.cookies) > 0 {
		t.Errorf("with a token it is answered %s, with %v", got, lax.cookies)
	}
	none := newVisitor(t, serveWithAccount(t, testkit.Embedded(t), func(o *web.Options) { o.CrossSiteCookies = true }),
		page...)
	_, got = none.ask(in(""))
	if !strings.Contains(got, `"viewer":{"name":"lan"},"userErrors":[],"notices":[]`) ||
		none.cookies["__Host-sen_session"] == "" {
		t.Errorf("with cookies for other sites it is answered %s, with %v", got, none.cookies)
	}
	if _, got := none.ask(`{ viewer { name } }`); got != `{"data":{"viewer":{"name":"lan"}}}` {
		t.Errorf("the cookie does not count: %s", got)
	}
	none.headers = []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}
	if response, _ := none.ask(`{ viewer { name } }`); response.StatusCode != http.StatusForbidden {
		t.Errorf("a page of an origin that is not listed gets status %d", response.StatusCode)
	}
}
