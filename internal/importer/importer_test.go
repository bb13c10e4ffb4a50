package importer

import (
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
)

// files returns a file system with the given texts, by file name.
func files(texts map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

const tag = "id: tag_mau\nslug: mau\npublishedAt: 2020-12-03T08:00:00+07:00\nname: {vi: Mẫu}\n"

func TestFiles(t *testing.T) {
	got, err := Files(files(map[string]string{
		"site.yaml": "name: {vi: Mẫu}\nlanguages: {default: vi, locales: [vi]}\ntimeZone: Asia/Ho_Chi_Minh\nmenus: []\n",
		"tags/all.yaml": tag +
			"---\nid: tag_nhap\nslug: nhap\ndraft: true\ncreatedAt: 2020-12-01T00:00:00Z\nname: {vi: Nháp}\n",
		"articles/a.yaml": `
id: article_mau
slug: mau
publishedAt: 2020-12-03T08:00:00+07:00
updatedAt: 2020-12-04T08:00:00+07:00
title: {vi: "2020-12-02"}
body:
  vi:
    - paragraph: {spans: Một dòng.}
    - list: {items: [{spans: Một, items: [{spans: [{text: Hai, marks: [BOLD]}]}]}]}
    - divider: {}
`,
		"award-rounds/r.yaml": "id: round_mau\nslug: mau\npublishedAt: 2020-12-03T08:00:00+07:00\nname: {vi: Mẫu}\nyear: 2020\ndecision: {date: 2020-12-02}\n",
		"media/m.yaml":        "id: media_mau\nslug: mau\npublishedAt: 2020-12-03T08:00:00+07:00\nkind: IMAGE\nfile: mau.png\n",
		"media/files/mau.png": "bytes",
	}))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2020, 12, 3, 8, 0, 0, 0, time.FixedZone("", 7*60*60))
	draft := time.Date(2020, 12, 1, 0, 0, 0, 0, time.UTC)
	base := func(id content.ID, slug string) content.Base {
		return content.Base{ID: id, Slug: slug, Version: 1, CreatedAt: at, UpdatedAt: at, PublishedAt: at}
	}
	article := base("article_mau", "mau")
	article.UpdatedAt = at.Add(24 * time.Hour)
	want := []content.Item{
		{Content: &content.Article{Base: article, Title: content.Text{"vi": "2020-12-02"}, Body: content.RichText{"vi": {
			{Paragraph: &content.ParagraphBlock{Spans: content.Spans{{Text: "Một dòng."}}}},
			{List: &content.ListBlock{Items: []content.ListItem{{
				Spans: content.Spans{{Text: "Một"}},
				Items: []content.ListItem{{Spans: content.Spans{{Text: "Hai", Marks: []content.Mark{content.MarkBold}}}}},
			}}}},
			{Divider: &content.DividerBlock{}},
		}}}},
		{Content: &content.Tag{Base: base("tag_mau", "mau"), Name: content.Text{"vi": "Mẫu"}}},
		{Content: &content.Tag{Base: content.Base{
			ID: "tag_nhap", Slug: "nhap", Version: 1, CreatedAt: draft,
			UpdatedAt: draft,
		}, Name: content.Text{"vi": "Nháp"}}, Draft: true},
		{Content: &content.AwardRound{
			Base: base("round_mau", "mau"), Name: content.Text{"vi": "Mẫu"}, Year: 2020,
			Decision: &content.Decision{Date: "2020-12-02"},
		}},
		{Content: &content.Media{Base: base("media_mau", "mau"), FileName: "mau.png", FileType: content.MediaImage}},
	}
	open := got.Items[len(got.Items)-1].Open
	for i := range got.Items {
		got.Items[i].Open = nil
	}
	if diff := cmp.Diff(want, got.Items); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if got.Site == nil || got.Site.TimeZone != "Asia/Ho_Chi_Minh" {
		t.Errorf("site: %+v", got.Site)
	}
	file, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if text, err := io.ReadAll(file); err != nil || string(text) != "bytes" {
		t.Errorf("the file reads %q, %v", text, err)
	}
}

func TestErrors(t *testing.T) {
	const medium = "id: media_mau\nslug: mau\npublishedAt: 2020-12-03T08:00:00+07:00\n"
	for name, test := range map[string]struct {
		file, text string
		want       []string
	}{
		"unknown field": {
			"tags/a.yaml", tag + "colour: red\n",
			[]string{"tags/a.yaml, document 1", `unknown field "colour"`},
		},
		"unknown field below": {
			"articles/a.yaml", "id: article_a\nslug: a\nbody: {vi: [{paragraf: {spans: A}}]}\n",
			[]string{"articles/a.yaml, document 1", `unknown field "paragraf"`},
		},
		"unknown field of site": {"site.yaml", "nom: {vi: A}\n", []string{"site.yaml, document 1", `unknown field "nom"`}},
		"wrong type": {
			"sections/a.yaml", "id: section_a\nslug: a\nposition: first\n",
			[]string{"document 1", "position", "string"},
		},
		"wrong type of draft": {"tags/a.yaml", tag + "draft: soon\n", []string{"document 1", "draft", "soon"}},
		"bad time": {
			"tags/a.yaml", "id: tag_a\nslug: a\npublishedAt: yesterday\n",
			[]string{"document 1", "yesterday"},
		},
		"bad YAML":       {"tags/a.yaml", tag + "---\nid: [\n", []string{"tags/a.yaml, document 2", "yaml"}},
		"not fields":     {"tags/a.yaml", "- a\n", []string{"tags/a.yaml, document 1", "no fields"}},
		"empty document": {"tags/a.yaml", tag + "---\n", []string{"document 2", "no fields"}},
		"no value": {
			"tags/a.yaml", tag + "description: {vi: }\n",
			[]string{"document 1", "description.vi", "no value", "line 5"},
		},
		"field twice": {"tags/a.yaml", tag + "slug: b\n", []string{"document 1", "slug", "twice"}},
		"alias": {
			"tags/a.yaml", tag + "description: &a\n  vi: *a\n",
			[]string{"document 1", "description.vi", "alias"},
		},
		"duplicate id": {
			"tags/a.yaml", tag + "---\n" + tag,
			[]string{"tags/a.yaml, document 2", "id: tag_mau", "tags/a.yaml, document 1"},
		},
		"id of another kind": {"tags/a.yaml", "id: article_a\nslug: a\n", []string{"document 1", `"article_a"`, "Tag"}},
		"id of no kind":      {"tags/a.yaml", "id: A\nslug: a\n", []string{"document 1", `"A"`, "Tag"}},
		"no id":              {"tags/a.yaml", "slug: a\n", []string{"document 1", "id"}},
		"no slug": {
			"tags/a.yaml", "id: tag_a\npublishedAt: 2020-12-03T08:00:00+07:00\n",
			[]string{"document 1", "slug"},
		},
		"no time": {"tags/a.yaml", "id: tag_a\nslug: a\n", []string{"document 1", "publishedAt"}},
		"missing file": {
			"media/a.yaml", medium + "file: b.png\n",
			[]string{"media/a.yaml, document 1", "file", `"b.png"`},
		},
		"no file":                {"media/a.yaml", medium, []string{"document 1", "file"}},
		"file elsewhere":         {"media/a.yaml", medium + "file: ../a.yaml\n", []string{"document 1", "file"}},
		"file of no medium":      {"tags/a.yaml", tag + "file: a.png\n", []string{"document 1", `unknown field "file"`}},
		"two sites":              {"site.yaml", "timeZone: UTC\n---\ntimeZone: UTC\n", []string{"site.yaml, document 2"}},
		"unknown folder":         {"tag/a.yaml", tag, []string{"tag: "}},
		"file outside":           {"tags.yaml", tag, []string{"tags.yaml: "}},
		"another ending":         {"tags/a.yml", tag, []string{"tags/a.yml: "}},
		"a folder inside a kind": {"tags/b/a.yaml", tag, []string{"tags/b: "}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Files(files(map[string]string{test.file: test.text}))
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}
