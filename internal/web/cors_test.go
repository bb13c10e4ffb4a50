package web

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sen/internal/testkit"
)

// preflight sends the request that a browser sends before a request to another site.
func preflight(handler http.Handler, origin, method, headers string) http.Header {
	r := httptest.NewRequest(http.MethodOptions, "/graphql", nil)
	for name, value := range map[string]string{
		"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers,
	} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Header()
}

// TestPreflight asks for headers that clients, tracers and error reporters send, in any order and spelling.
func TestPreflight(t *testing.T) {
	o, err := ParseOrigins([]string{"https://app.example"}, false, "")
	if err != nil {
		t.Fatal(err)
	}
	handler := o.cors(testkit.Log(t), http.NotFoundHandler())
	for _, headers := range []string{
		"", "content-type",
		"apollographql-client-name,authorization,content-type,if-none-match,sen-locale,sen-stage,traceparent",
		"baggage,content-type,sentry-trace", "traceparent,tracestate", "x-requested-with", "cache-control,pragma",
		"x-apollo-operation-id,x-apollo-operation-name,x-apollo-operation-type", "x-graphql-event-stream-token",
		"idempotency-key",
		"Content-Type, Sentry-Trace, Baggage", "sentry-trace,  content-type,,", strings.Join(allowedHeaders, ","),
	} {
		for origin, allowed := range map[string]string{
			"https://app.example":  "https://app.example",
			"https://evil.example": "",
		} {
			h := preflight(handler, origin, "POST", headers)
			if got := h.Get("Access-Control-Allow-Origin"); got != allowed || h.Get("Vary") == "" {
				t.Errorf("%s with %.60q is answered %v", origin, headers, h)
			}
			permitted := strings.Split(h.Get("Access-Control-Allow-Headers"), ",")
			for name := range strings.SplitSeq(strings.ToLower(headers), ",") {
				if name = strings.TrimSpace(name); allowed != "" && name != "" &&
					!strings.Contains(","+strings.Join(permitted, ",")+",", ","+name+",") {
					t.Errorf("%s is not among %v", name, permitted)
				}
			}
		}
	}
}

// TestRefusedPreflight asks for headers that are not allowed: the answer lists the allowed ones, and the log has each
// refused one once.
func TestRefusedPreflight(t *testing.T) {
	o, err := ParseOrigins([]string{"https://app.example"}, false, "")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	handler := o.cors(slog.New(slog.NewTextHandler(&log, nil)), http.NotFoundHandler())
	for range 3 {
		h := preflight(handler, "https://app.example", "POST", "content-type,x-strange")
		if got := h.Get("Access-Control-Allow-Headers"); h.Get("Access-Control-Allow-Origin") != "https://app.example" ||
			strings.Contains(got, "x-strange") || !strings.Contains(got, "sentry-trace,") {
			t.Errorf("a strange header is answered %v", h)
		}
	}
	if h := preflight(handler, "https://app.example", "PUT", ""); h.Get("Access-Control-Allow-Origin") == "" ||
		strings.Contains(h.Get("Access-Control-Allow-Methods"), "PUT") {
		t.Errorf("a strange method is answered %v", h)
	}
	if h := preflight(handler, "https://evil.example", "POST", "x-strange"); len(h) > 1 {
		t.Errorf("a strange origin is answered %v", h)
	}
	for _, once := range []string{"header=x-strange", "method=PUT", "origin=https://evil.example"} {
		if n := strings.Count(log.String(), once); n != 1 {
			t.Errorf("%s stands %d times in the log:\n%s", once, n, log.String())
		}
	}
	for i := range 1000 {
		preflight(handler, "https://app.example", "POST", fmt.Sprint("x-", i, strings.Repeat("x", 1000)))
	}
	if log.Len() > 40_000 {
		t.Errorf("a flood of preflights logs %d bytes", log.Len())
	}
}
