package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/testkit"
)

// TestActorsAreNotCached sees that an answer to someone is kept nowhere, while the same
// answer to strangers may be.
func TestActorsAreNotCached(t *testing.T) {
	server := testkit.Serve(t, testkit.Store(t, testkit.Embedded(t)), nil)
	_, secret, err := server.People.CreateToken(auth.WithActor(t.Context(), newsroom.Operator), nil, newsroom.NewToken{Name: "x", Role: content.RoleReader})
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
		request, err := http.NewRequest(http.MethodGet, server.URL+"/graphql?query="+url.QueryEscape("{ articles { totalCount } }"), nil)
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
		if response.StatusCode != want.status || h.Get("Cache-Control") != want.caching || (h.Get("ETag") != "") != want.tagged {
			t.Errorf("%.12q: status %d, %s, ETag %q", bearer, response.StatusCode, h.Get("Cache-Control"), h.Get("ETag"))
		}
	}
}
