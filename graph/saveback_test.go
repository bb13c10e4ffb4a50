package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sen/internal/content"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// everyBlock is a body with a block of each kind, with each block that shows media twice, and with neighbours that a
// format could merge.
const everyBlock = `[
	{"heading":{"level":2,"spans":[{"text":"Một\nhai"}]}},
	{"paragraph":{"spans":[{"text":"Đậm ","marks":["BOLD"]},{"text":"thường  và "},{"text":"liên kết","link":"https://a.example/x_(1)?q=1&b=2"},{"text":" *sao*\n– gạch"}]}},
	{"image":{"media":"MEDIA"}},
	{"image":{"media":"MEDIA","caption":"Chú thích riêng","alt":"Lời riêng"}},
	{"paragraph":{"spans":[{"text":"Không phải chú thích","marks":["ITALIC"]}]}},
	{"gallery":{"images":[{"media":"MEDIA"},{"media":"MEDIA","caption":"Hai"}],"caption":"Cả nhóm"}},
	{"list":{"items":[{"spans":[{"text":"a"}],"items":[{"spans":[{"text":"b"}]}]}]}},
	{"list":{"items":[{"spans":[{"text":"c"}]}]}},
	{"list":{"ordered":true,"items":[{"spans":[{"text":"d"}]}]}},
	{"quote":{"spans":[{"text":"Không có gì quý hơn"}],"attribution":"Một người"}},
	{"table":{"header":true,"caption":"Bảng","rows":[{"cells":[{"spans":[{"text":"x|y"}]},{"spans":[]}]},{"cells":[{"spans":[{"text":"1\n2"}]},{"spans":[{"text":"3"}]}]}]}},
	{"table":{"rows":[{"cells":[{"spans":[{"text":"z"}]}]}]}},
	{"file":{"media":"MEDIA"}},
	{"file":{"media":"MEDIA","caption":"Tải về"}},
	{"embed":{"url":"https://www.youtube.com/watch?v=1","caption":"Phim","provider":"YouTube"}},
	{"embed":{"url":"https://video.example/x"}},
	{"divider":{}},
	{"divider":{}}
]`

// saver is a writer who saves bodies and reads the answers.
type saver struct {
	*testing.T
	*testserver.Server
}

type saved struct {
	Article struct {
		ID      content.ID
		Version int
	}
	UserErrors []json.RawMessage
	Notices    []struct{ Code, Message string }
}

func (s *saver) ask(into any, query string, variables map[string]any) {
	s.Helper()
	raw, err := json.Marshal(variables)
	if err != nil {
		s.Fatal(err)
	}
	answer := s.Ask(s.T, query, raw, http.Header{testserver.ActorHeader: {"editor"}})
	var whole struct {
		Data   map[string]json.RawMessage
		Errors []json.RawMessage
	}
	if err := json.Unmarshal(answer, &whole); err != nil || len(whole.Errors) > 0 {
		s.Fatal(query, err, string(answer))
	}
	for _, data := range whole.Data {
		if err := json.Unmarshal(data, into); err != nil {
			s.Fatal(query, err, string(answer))
		}
	}
}

// draft uploads a picture that is not published, with its own texts.
func (s *saver) draft() content.ID {
	s.Helper()
	pixel, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM4ISAAAAKMAOl1X4TIAAAAAElFTkSuQmCC")
	if err != nil {
		s.Fatal(err)
	}
	answer := s.Upload(s.T,
		`mutation($file: Upload!) { uploadMedia(file: $file, input: {title: {text: "Ảnh *đỏ*"}, alt: {text: "Màu đỏ"}, caption: {text: "Một\nđiểm"}}) { media { id } userErrors { message } } }`,
		[]txtar.File{{Name: "red.png", Data: pixel}}, http.Header{testserver.ActorHeader: {"editor"}})
	_, rest, _ := strings.Cut(string(answer), `"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	if kind, _ := content.ID(id).Kind(); kind != content.KindMedia {
		s.Fatal(string(answer))
	}
	return content.ID(id)
}

func (s *saver) create(title string, body map[string]any) *saved {
	s.Helper()
	var made saved
	s.ask(&made,
		`mutation($title: String!, $body: BodyInput!) { createArticle(input: {title: {text: $title}, body: [$body]}) { article { id } userErrors { code message path } notices { code message } } }`,
		map[string]any{"title": title, "body": body})
	return &made
}

// users returns the ids of the entries that use a medium.
func (s *saver) users(id content.ID) string {
	s.Helper()
	var media struct {
		Editing struct{ UsedBy []struct{ ID string } }
	}
	s.ask(&media, `query($id: ID!) { media(id: $id, stage: DRAFT) { editing { usedBy { id } } } }`,
		map[string]any{"id": id})
	var ids []string
	for _, user := range media.Editing.UsedBy {
		ids = append(ids, user.ID)
	}
	return strings.Join(ids, " ")
}

// TestSavingUnchangedBody reads a draft's body as HTML and as Markdown, and saves it unchanged: the entry does not
// change.
func TestSavingUnchangedBody(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := &saver{t, testserver.Start(t, testkit.SampleStore(t, e), nil)}
		medium := s.draft()
		var blocks []any
		if err := json.Unmarshal([]byte(strings.ReplaceAll(everyBlock, "MEDIA", string(medium))), &blocks); err != nil {
			t.Fatal(err)
		}
		made := s.create("Mọi khối", map[string]any{"blocks": blocks})
		if len(made.UserErrors) > 0 || len(made.Notices) > 0 {
			t.Fatal(made)
		}
		for _, form := range []string{"html", "markdown"} {
			var read struct{ Body map[string]string }
			s.ask(&read, `query($id: ID!) { article(id: $id, stage: DRAFT) { body { html markdown } } }`,
				map[string]any{"id": made.Article.ID})
			if !strings.Contains(read.Body[form], "?s=") {
				t.Fatalf("the %s shows no signed address:\n%s", form, read.Body[form])
			}
			var again saved
			s.ask(&again,
				`mutation($id: ID!, $version: Int!, $body: BodyInput!) { updateArticle(id: $id, version: $version, input: {body: [$body]}) { article { id version } userErrors { code message path } notices { code message } } }`,
				map[string]any{"id": made.Article.ID, "version": 1, "body": map[string]any{form: read.Body[form]}})
			if len(again.UserErrors) > 0 || len(again.Notices) > 0 {
				t.Errorf("%s: errors %s, notices %v", form, again.UserErrors, again.Notices)
			}
			if again.Article.Version != 1 { // nothing changed, so nothing was written
				after, _, err := s.Newsroom.Revision(t.Context(), made.Article.ID, again.Article.Version)
				if err != nil {
					t.Fatal(err)
				}
				t.Errorf("%s: the body is\n%v\nfor\n%s", form, after.(*content.Article).Body, read.Body[form])
			}
		}
		if got := s.users(medium); got != string(made.Article.ID) {
			t.Errorf("the medium is used by %q", got)
		}
	})
}

// TestSignedAddresses uses the signed address of a draft in every place of an address: the stored address has no
// signature, the medium counts as used, and a notice reports it.
func TestSignedAddresses(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		s := &saver{t, testserver.Start(t, testkit.SampleStore(t, e), nil)}
		for name, body := range map[string]map[string]any{
			"a link in HTML":      {"html": `<p>Xem <a href="SIGNED">đây</a> nhé</p>`},
			"a link in Markdown":  {"markdown": "Xem [đây](SIGNED) nhé"},
			"a link on the site":  {"html": `<p>Xem <a href="/media/MEDIA/red.png?w=1&amp;s=x#page=2">đây</a> nhé</p>`},
			"a link with escapes": {"html": `<p>Xem <a href="https://SEN.example:443/%6dedia/MEDIA/red.png?%73=x">đây</a> nhé</p>`},
			"a link in blocks":    {"blocks": []any{map[string]any{"paragraph": map[string]any{"spans": []any{map[string]any{"text": "Xem", "link": "SIGNED"}}}}}},
			"an embed":            {"blocks": []any{map[string]any{"embed": map[string]any{"url": "SIGNED", "caption": "c"}}}},
			"a caption of an embed": {"blocks": []any{map[string]any{"embed": map[string]any{
				"url":     "SIGNED",
				"caption": "SIGNED", "provider": "p",
			}}}},
			"a text beside a link": {"markdown": "Xem SIGNED, và [đây](https://sen.example/media/MEDIA/red.png)"},
			"a link of a cell":     {"html": `<table><tr><td>x <a href="SIGNED">đây</a></table>`},
		} {
			t.Run(name, func(t *testing.T) {
				s := &saver{t, s.Server}
				medium := s.draft()
				var file struct{ URL string }
				s.ask(&file, `query($id: ID!) { media(id: $id, stage: DRAFT) { url } }`, map[string]any{"id": medium})
				raw, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				signed := strings.NewReplacer("SIGNED", file.URL, "MEDIA", string(medium)).Replace(string(raw))
				var sent map[string]any
				if err := json.Unmarshal([]byte(signed), &sent); err != nil {
					t.Fatal(err)
				}
				made := s.create("Liên kết "+name, sent)
				if len(made.UserErrors) > 0 || len(made.Notices) == 0 || made.Notices[0].Code != "REPAIRED" {
					t.Fatalf("errors %s, notices %v", made.UserErrors, made.Notices)
				}
				stored, _, err := s.Newsroom.Revision(t.Context(), made.Article.ID, 1)
				if err != nil {
					t.Fatal(err)
				}
				written, err := json.Marshal(stored)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(written), "s=") {
					t.Errorf("there is a signature in %s", written)
				}
				if got := s.users(medium); !strings.Contains(got, string(made.Article.ID)) {
					t.Errorf("the medium is used by %q: %s", got, written)
				}
			})
		}
	})
}
