package web_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/auth"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/people"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// TestPreviewPage opens the link of a draft without an account: it shows that draft until the preview ends, and never
// anything else.
func TestPreviewPage(t *testing.T) {
	store := testkit.Store(t, testkit.Embedded(t))
	server := testserver.Start(t, store, nil)
	chain := []content.Locale{"vi"}
	ctx := auth.WithActor(t.Context(), people.Operator)
	create := func(kind content.Kind, input map[string]any) content.ID {
		t.Helper()
		outcome, err := server.Newsroom.Do(ctx, chain,
			newsroom.Change{Action: content.ActionCreate, Kind: kind, Input: newsroom.NewInput(input)})
		if err != nil || len(outcome.Problems) > 0 {
			t.Fatal(err, outcome)
		}
		return outcome.ID
	}
	shown := create(content.KindArticle, map[string]any{
		"title": []any{
			map[string]any{"locale": "vi", "text": "Hội nghị <b>bí mật</b>"},
			map[string]any{"locale": "en", "text": "The hidden conference"},
		},
		"lead": []any{map[string]any{"text": "Lời dẫn"}},
		"body": []any{map[string]any{"markdown": "Nội dung **đậm**\n\n<script>alert(1)</script>"}},
	})
	hidden := create(content.KindArticle, map[string]any{"title": []any{map[string]any{"text": "Bài khác"}}})

	until := server.Clock.Now().Add(time.Hour)
	signer, err := server.People.Signer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	token := signer.Preview(auth.Preview{Entry: shown, Maker: people.Operator.ID, Until: until})
	get := func(address string) (int, http.Header, string) {
		t.Helper()
		response, err := http.Get(server.URL + address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, response.Header, string(body)
	}
	status, h, page := get("/preview/" + token)
	for _, part := range []string{
		`<html lang="vi">`, "<h1>Hội nghị &lt;b&gt;bí mật&lt;/b&gt;</h1>", "Lời dẫn",
		"<strong>đậm</strong>", `href="?locale=en"`, "<code>draft</code>",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page (status %d) lacks %s:\n%s", status, part, page)
		}
	}
	if strings.Contains(page, "<script") {
		t.Errorf("a script got into the page:\n%s", page)
	}
	if h.Get("Cache-Control") != "private, no-store" || h.Get("X-Robots-Tag") != "noindex, nofollow" ||
		!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers: %v", h)
	}
	if _, _, page := get("/preview/" + token + "?locale=en"); !strings.Contains(page, "<h1>The hidden conference</h1>") {
		t.Errorf("the English page: %s", page)
	}

	// The token shows a program the same single draft.
	answer := server.Ask(t,
		fmt.Sprintf(`{ a: node(id: %q) { id } b: node(id: %q) { id } articles(stage: DRAFT) { totalCount } auditLog { totalCount } }`, shown, hidden), nil,
		http.Header{"Authorization": {"Bearer " + token}, "Sen-Stage": {"DRAFT"}})
	if text := string(answer); !strings.Contains(text, string(shown)) || strings.Contains(text, string(hidden)) ||
		strings.Contains(text, `"totalCount":2`) {
		t.Errorf("a guest's answer: %s", answer)
	}

	// It shows no names of the staff, and no other work of the newsroom.
	answer = server.Ask(t,
		fmt.Sprintf(`{ node(id: %q) { ... on Content { editing { moves createdBy { name } updatedBy { name } usedBy { id } } } } }`, shown), nil,
		http.Header{"Authorization": {"Bearer " + token}, "Sen-Stage": {"DRAFT"}})
	if want := `{"data":{"node":{"editing":{"moves":[],"createdBy":null,"updatedBy":null,"usedBy":[]}}}}`; string(answer) != want {
		t.Errorf("a guest sees %s", answer)
	}

	// The files of a draft are visible as long as the preview.
	picture, err := server.Newsroom.Upload(ctx, chain,
		newsroom.Upload{File: strings.NewReader("Ngày,Việc\n"), Size: 13, Name: "a.csv"})
	if err != nil || len(picture.Problems) > 0 {
		t.Fatal(err, picture)
	}
	guest := signer.Preview(auth.Preview{Entry: picture.ID, Maker: people.Operator.ID, Until: until})
	answer = server.Ask(t, fmt.Sprintf(`{ node(id: %q) { ... on Media { url } } }`, picture.ID), nil,
		http.Header{"Authorization": {"Bearer " + guest}, "Sen-Stage": {"DRAFT"}})
	var file struct {
		Data struct{ Node struct{ URL string } }
	}
	if err := json.Unmarshal(answer, &file); err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(file.Data.Node.URL, testserver.PublicURL)
	if status, _, body := get(address); status != http.StatusOK || !strings.HasPrefix(body, "Ngày") {
		t.Errorf("the file of a preview: %d %s", status, body)
	}
	if _, err := server.People.RevokePreviews(ctx, chain, picture.ID); err != nil {
		t.Fatal(err)
	}
	if status, _, body := get(address); status == http.StatusOK {
		t.Errorf("the file of a preview that was revoked: %d %s", status, body)
	}

	_, account, err := server.People.CreateToken(ctx, nil, people.NewToken{Name: "x", Role: content.RoleEditor})
	if err != nil {
		t.Fatal(err)
	}
	server.Clock.Forward(t, "2h")
	for name, c := range map[string]struct {
		address string
		status  int
	}{
		"over":          {"/preview/" + token, http.StatusNotFound},
		"forged":        {"/preview/" + token[:len(token)-2] + "xx", http.StatusNotFound},
		"of an account": {"/preview/" + account, http.StatusNotFound},
		"of nothing": {
			"/preview/" +
				signer.Preview(auth.Preview{Entry: "article_nothing", Until: server.Clock.Now().Add(time.Minute)}),
			http.StatusNotFound,
		},
		"revoked": {"/preview/" + guest, http.StatusNotFound},
		"a wrong language": {"/preview/" +
			signer.Preview(auth.Preview{Entry: shown, Maker: people.Operator.ID, Until: server.Clock.Now().Add(time.Minute)}) +
			"?locale=!!", http.StatusBadRequest},
	} {
		if status, _, body := get(c.address); status != c.status || strings.Contains(body, "<h1>") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

// TestGuestsHaveAnonymousLimits checks that a client with a preview's link waits for admission, with the page and
// with the token, and that the page costs as much as its query.
func TestGuestsHaveAnonymousLimits(t *testing.T) {
	log := blockingLog{slog.DiscardHandler, make(chan struct{}), make(chan struct{})}
	server := testserver.Start(t, testkit.Store(t, testkit.Embedded(t)), func(_ *graph.Options, o *web.Options) {
		o.Concurrency, o.Timeout, o.Slow, o.Log, o.RateLimit = 1, 200*time.Millisecond, 1, slog.New(log), 200
	})
	ctx := auth.WithActor(t.Context(), people.Operator)
	outcome, err := server.Newsroom.Do(ctx, []content.Locale{"vi"}, newsroom.Change{
		Action: content.ActionCreate, Kind: content.KindArticle,
		Input: newsroom.NewInput(map[string]any{"title": []any{map[string]any{"text": "Bài"}}}),
	})
	if err != nil || len(outcome.Problems) > 0 {
		t.Fatal(err, outcome)
	}
	signer, err := server.People.Signer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	token := signer.Preview(auth.Preview{
		Entry: outcome.ID, Maker: people.Operator.ID,
		Until: server.Clock.Now().Add(time.Hour),
	})
	page := func() *http.Response {
		t.Helper()
		response, err := http.Get(server.URL + "/preview/" + token)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response
	}
	held := make(chan []byte)
	go func() { held <- server.Ask(t, "query Hold { tags { totalCount } }", nil, nil) }()
	<-log.reached
	if got := server.Ask(t, "{ viewer { name } }", nil,
		http.Header{"Authorization": {"Bearer " + token}}); !strings.Contains(string(got), `"UNAVAILABLE"`) {
		t.Errorf("a guest need not wait for a turn: %s", got)
	}
	if response := page(); response.StatusCode != http.StatusServiceUnavailable ||
		response.Header.Get("Retry-After") == "" {
		t.Errorf("a preview's page need not wait for a turn: status %d", response.StatusCode)
	}
	close(log.goOn)
	<-held
	shown := 0
	var response *http.Response
	for range 300 {
		if response = page(); response.StatusCode != http.StatusOK {
			break
		}
		shown++
	}
	// each costs more than 1
	if response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" || shown == 0 ||
		shown > 100 {
		t.Errorf("after %d pages the status is %d", shown, response.StatusCode)
	}
	if response, err := http.Get(server.URL + "/preview/senp_nonsense"); err != nil ||
		response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a link to nothing: %v, %v", response, err)
	} else {
		_ = response.Body.Close()
	}
}
