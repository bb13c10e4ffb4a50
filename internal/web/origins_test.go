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
	for _, c := range []struct {
		origins *Origins
		origin  string
		allowed bool
	}{
		{closed, "https://app.example", true},
		{closed, "https://APP.example", true},
		{closed, "https://sen.example", true},
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
	for _, bad := range []string{"*", "app.example", "https://*.example", "https://app.example/", "https://app.example/path", "ftp://x", "", "https://u@app.example"} {
		if _, err := ParseOrigins([]string{bad}, false, ""); err == nil {
			t.Errorf("the list %q is accepted", bad)
		}
	}
}

// TestPreflight asks as a browser does before it sends a request from another site.
func TestPreflight(t *testing.T) {
	o, err := ParseOrigins([]string{"https://app.example"}, false, "")
	if err != nil {
		t.Fatal(err)
	}
	handler := o.cors(http.NotFoundHandler())
	for origin, allowed := range map[string]string{"https://app.example": "https://app.example", "https://evil.example": ""} {
		r := httptest.NewRequest(http.MethodOptions, "/graphql", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "apollographql-client-name,authorization,content-type,if-none-match,sen-locale,sen-stage,traceparent")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != allowed {
			t.Errorf("%s is answered %q", origin, got)
		}
		if w.Header().Get("Vary") == "" {
			t.Errorf("%s: no Vary", origin)
		}
	}
}
