package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestOrigins tries origins against allow-lists as operators write them.
func TestOrigins(t *testing.T) {
	closed, err := ParseOrigins([]string{"https://app.example", "http://app.example:8080"}, false, "https://sen.example")
	if err != nil {
		t.Fatal(err)
	}
	local, err := ParseOrigins(nil, true, "http://localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	ported, err := ParseOrigins([]string{"https://App.example:443"}, false, "http://sen.example:80")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		origins *Origins
		origin  string
		allowed bool
	}{
		{closed, "https://app.example", true},
		{closed, "https://APP.example", true},
		{closed, "https://sen.example", true},
		{ported, "https://app.example", true},
		{ported, "http://sen.example", true},
		{closed, "http://app.example:8080", true},
		{closed, "http://app.example", false},
		{closed, "https://app.example:444", false},
		{closed, "https://app.example.evil.com", false},
		{closed, "https://evilapp.example", false},
		{closed, "http://localhost:3000", false},
		{closed, "null", false},
		{local, "http://localhost:3000", true},
		{local, "http://127.0.0.1:5173", true},
		{local, "http://[::1]:5173", true},
		{local, "http://localhost.evil.com", false},
		{local, "http://localhost:80.evil.com", false},
		{local, "http://evil.localhost", false},
		{local, "http://localhost@evil.com", false},
		{local, "file://localhost", false},
		{local, "null", false},
		{local, "https://app.example", false},
	} {
		if got := c.origins.allows(c.origin); got != c.allowed {
			t.Errorf("%s: allowed %t, want %t", c.origin, got, c.allowed)
		}
	}
	for _, bad := range []string{
		"*", "app.example", "https://*.example", "https://app.example/",
		"https://app.example/path", "ftp://x", "", "https://u@app.example",
	} {
		if _, err := ParseOrigins([]string{bad}, false, ""); err == nil {
			t.Errorf("the list %q is accepted", bad)
		}
	}
}

// TestRebinding sends requests from pages whose Host equals their Origin. A name proves nothing, because its owner
// can let it lead here.
func TestRebinding(t *testing.T) {
	o, err := ParseOrigins([]string{"https://www.sen.example"}, false, "https://sen.example")
	if err != nil {
		t.Fatal(err)
	}
	handler := o.restrict(nil,
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for _, c := range []struct {
		origin, host string
		admitted     bool
	}{
		{"http://evil.example", "evil.example", false},
		{"http://evil.example:8080", "evil.example:8080", false},
		{"https://evil.example", "sen.example", false},
		{"http://localhost.evil.example:8080", "localhost.evil.example:8080", false},
		{"http://127.0.0.1.evil.example", "127.0.0.1.evil.example", false},
		{"http://0x7f000001.example", "0x7f000001.example", false},
		{"null", "", false},
		{"null", "null", false},
		{"", "evil.example", true}, // no page
		{"https://sen.example", "internal:8080", true},
		{"https://www.sen.example", "www.sen.example", true},
		{"http://192.168.1.5:8080", "192.168.1.5:8080", true},
		{"http://192.168.1.5:8081", "192.168.1.5:8080", false},
		{"http://192.168.1.6:8080", "192.168.1.5:8080", false},
		{"http://[::1]:8080", "[::1]:8080", true},
		{"http://localhost:8080", "localhost:8080", true},
	} {
		r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if admitted := w.Code == http.StatusNoContent; admitted != c.admitted {
			t.Errorf("%s at %s: admitted %t", c.origin, c.host, admitted)
		}
	}
}
