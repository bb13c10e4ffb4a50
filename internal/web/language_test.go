package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// TestMessagesSpeakTheRequestsLanguage checks that errors of each layer, and problems of a change, are in the
// language of the request: that of the root field, of the header, or the site's default.
func TestMessagesSpeakTheRequestsLanguage(t *testing.T) {
	server := testserver.Start(t, testkit.AnySample(t), nil)
	const (
		drafts   = `{ article(slug: "x", stage: DRAFT%s) { id } }`
		foreign  = `mutation { publish(id: "section_tin-tuc", version: 1) { userErrors { message } } }`
		problem  = `mutation { createTag(input: {name: [{text: ""}]}%s) { userErrors { message } } }`
		archived = `{ auditLog { totalCount } }`
	)
	for name, c := range map[string]struct {
		query, argument     string
		headers             []string
		vietnamese, english string
	}{
		"a resolver, an anonymous client": {
			drafts, "locale", nil, "Chỉ người được cấp quyền",
			"Only those who were granted",
		},
		"the newsroom, an anonymous client": {foreign, "", nil, "Hãy đăng nhập trước", "Sign in first"},
		"the newsroom, a writer": {
			foreign, "",
			[]string{testserver.ActorHeader, "writer"},
			"Vai trò của bạn không cho phép", "Your role does not allow this",
		},
		"a problem of a change": {
			problem, "locale",
			[]string{testserver.ActorHeader, "editor"},
			"Bắt buộc phải có", "This must be given",
		},
		"a field without a locale": {
			archived, "",
			[]string{testserver.ActorHeader, "editor"},
			"Vai trò của bạn không cho phép", "Your role does not allow this",
		},
		"HTTP, a token that is none": {
			drafts, "",
			[]string{"Authorization", "Bearer nothing"},
			"Phiên đăng nhập hoặc token không hợp lệ", "The session or token is not valid",
		},
		"HTTP, a foreign page": {
			drafts, "",
			[]string{"Origin", "https://elsewhere.example"},
			"Trang từ nguồn này", "Pages of this origin",
		},
	} {
		t.Run(name, func(t *testing.T) {
			ask := func(argument string, headers ...string) string {
				query := strings.Replace(c.query, "%s", argument, 1)
				header := http.Header{}
				for pair := range slices.Chunk(slices.Concat(headers, c.headers), 2) {
					header.Set(pair[0], pair[1])
				}
				return string(server.Ask(t, query, nil, header))
			}
			for _, asked := range []struct {
				answer, want string
			}{
				{ask(""), c.vietnamese},
				{ask("", "Sen-Locale", "vi-VN"), c.vietnamese},
				{ask("", "Sen-Locale", "en"), c.english},
				{ask("", "Sen-Locale", "en-GB"), c.english},
			} {
				if !strings.Contains(asked.answer, asked.want) {
					t.Errorf("%s is not %q", asked.answer, asked.want)
				}
			}
			if c.argument == "" {
				return
			}
			if got := ask(`, locale: "en"`, "Sen-Locale", "vi"); !strings.Contains(got, c.english) {
				t.Errorf("the argument does not win: %s", got)
			}
		})
	}
}
