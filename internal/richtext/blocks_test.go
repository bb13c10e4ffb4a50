package richtext

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
)

// The media of the tests below have texts of their own, except one. One is a draft: its address is signed.
var shelf = map[content.ID]Medium{
	"media_a": {
		URL: mediaAddress + "media_a/a.png", Alt: "Hội trường", Caption: "Chú thích\ncủa ảnh", Title: "Ảnh",
		MimeType: "image/png", Bytes: 1500, Width: 12, Height: 9,
	},
	"media_b": {URL: mediaAddress + "media_b/b.png?s=c2lnbmVk", Title: "b.png", MimeType: "image/png", Bytes: 9},
	"media_f": {
		URL: mediaAddress + "media_f/b%C3%A1o%20c%C3%A1o(1).pdf?s=c2ln_x*&w=1", Title: "Báo cáo *2020*",
		MimeType: "application/pdf", Bytes: 1_400_000,
	},
}

func fromShelf(id content.ID) (Medium, bool) {
	m, ok := shelf[id]
	return m, ok
}

func onShelf(address string) (content.ID, bool) {
	id, _, _ := strings.Cut(strings.TrimPrefix(address, mediaAddress), "/")
	kind, _ := content.ID(id).Kind()
	return content.ID(id), strings.HasPrefix(address, mediaAddress) && kind == content.KindMedia
}

// unchanged checks that reading the written HTML and Markdown gives the same blocks, without losses.
func unchanged(t *testing.T, blocks []content.Block) {
	t.Helper()
	var want []content.Block
	for _, b := range blocks {
		want = append(want, asWritten(b, fromShelf))
	}
	html := HTML(blocks, fromShelf)
	safe(t, "HTML", html)
	for name, form := range map[string]struct {
		text string
		read func(string, func(string) (content.ID, bool)) ([]content.Block, []Loss)
	}{"HTML": {html, FromHTML}, "Markdown": {Markdown(blocks, fromShelf), FromMarkdown}} {
		got, lost := form.read(form.text, onShelf)
		if diff := cmp.Diff(want, got); diff != "" || len(lost) > 0 {
			t.Errorf("%s:\n%s\nlost %v; -want +got:\n%s", name, form.text, lost, diff)
		}
	}
}

// TestUnchanged writes blocks of each kind and reads them again, among them blocks that look like other kinds.
func TestUnchanged(t *testing.T) {
	for name, raw := range map[string]string{
		"image with its own texts":            `[{"image":{"media":"media_b","caption":"Một\nhai","alt":"Ba"}}]`,
		"image with the texts of its medium":  `[{"image":{"media":"media_a"}}]`,
		"images side by side":                 `[{"image":{"media":"media_b"}},{"image":{"media":"media_b"}}]`,
		"image and a paragraph in italics":    `[{"image":{"media":"media_b"}},{"paragraph":{"spans":[{"text":"a","marks":["ITALIC"]}]}}]`,
		"gallery":                             `[{"gallery":{"images":[{"media":"media_a","alt":"x"},{"media":"media_b","caption":"*y*"}],"caption":"Cả\nnhóm"}}]`,
		"gallery, its last without a caption": `[{"gallery":{"images":[{"media":"media_a"},{"media":"media_b"}],"caption":"Cả nhóm"}}]`,
		"gallery of one":                      `[{"gallery":{"images":[{"media":"media_b"}]}}]`,
		"gallery of one with a caption":       `[{"gallery":{"images":[{"media":"media_b"}],"caption":"c"}}]`,
		"gallery of none":                     `[{"gallery":{"images":[]}},{"gallery":{"images":[],"caption":"c"}}]`,
		"galleries side by side":              `[{"gallery":{"images":[{"media":"media_a"}]}},{"gallery":{"images":[{"media":"media_b"}]}}]`,
		"file":                                `[{"file":{"media":"media_f","caption":"Tải [về]"}}]`,
		"file with its label":                 `[{"file":{"media":"media_f"}}]`,
		"files side by side":                  `[{"file":{"media":"media_f"}},{"file":{"media":"media_b","caption":" x\ny "}}]`,
		"paragraph with a link to a file":     `[{"paragraph":{"spans":[{"text":"Tải","link":"https://sen.example/media/media_f/a.pdf"}]}}]`,
		"paragraph that looks like a file":    `[{"paragraph":{"spans":[{"text":"Tải","link":"https://sen.example/media/media_f/a.pdf"},{"text":" (application/pdf, 1.4 MB)"}]}}]`,
		"embed":                               `[{"embed":{"url":"https://www.youtube.com/watch?v=1&t=2","caption":"Phim","provider":"YouTube"}}]`,
		"embed of a known provider":           `[{"embed":{"url":"https://youtu.be/a_b*c","caption":"Phim"}}]`,
		"embed without words":                 `[{"embed":{"url":"https://youtu.be/1"}},{"embed":{"url":"https://video.example/x"}}]`,
		"embed with its address":              `[{"embed":{"url":"https://youtu.be/1","caption":"https://youtu.be/1"}}]`,
		"embed of anyone":                     `[{"embed":{"url":"https://video.example/x_(1)?a=<b>","caption":"a\n b","provider":"\"><x>"}}]`,
		"paragraph with a link to a provider": `[{"paragraph":{"spans":[{"text":"Phim","link":"https://youtu.be/1"}]}}]`,
		"paragraph with a link":               `[{"paragraph":{"spans":[{"text":"Phim","link":"https://vi.wikipedia.org/wiki/Sen_(hoa)#%C4%91"}]}}]`,
		"lists of one kind":                   `[{"list":{"items":[{"spans":[{"text":"a"}]}]}},{"list":{"items":[{"spans":[{"text":"b"}]}]}}]`,
		"ordered lists":                       `[{"list":{"ordered":true,"items":[{"spans":[{"text":"a"}]}]}},{"list":{"ordered":true,"items":[{"spans":[{"text":"b"}]}]}},{"list":{"items":[{"spans":[{"text":"b"}]}]}}]`,
		"list behind a paragraph":             `[{"paragraph":{"spans":[{"text":"a"}]}},{"list":{"items":[{"spans":[{"text":"1. x"}]}]}},{"paragraph":{"spans":[{"text":"- a"}]}}]`,
		"list with a list":                    `[{"list":{"items":[{"spans":[{"text":"a\nb"}],"items":[{"spans":[{"text":"c"}],"items":[{"spans":[{"text":"d"}]}]}]},{"spans":[{"text":"e"}]}]}}]`,
		"list with empty items":               `[{"list":{"items":[{"spans":[]},{"spans":[],"items":[{"spans":[]}]},{"spans":[{"text":" "}]}]}}]`,
		"list of nothing":                     `[{"list":{"items":[]}},{"list":{"ordered":true,"items":[]}}]`,
		"quotes":                              `[{"quote":{"spans":[{"text":"a\n— b"}]}},{"quote":{"spans":[{"text":"c"}],"attribution":"D"}},{"quote":{"spans":[{"text":"e"}],"attribution":"– f "}}]`,
		"quote of nothing":                    `[{"quote":{"spans":[]}},{"quote":{"spans":[],"attribution":"A"}},{"quote":{"spans":[{"text":"x"}],"attribution":"a\nb"}}]`,
		"table":                               `[{"table":{"header":true,"caption":"T\nU","rows":[{"cells":[{"spans":[{"text":"a|b"}]},{"spans":[]}]},{"cells":[{"spans":[{"text":"c\nd"}]},{"spans":[{"text":"e","marks":["CODE"]}]}]}]}}]`,
		"table without a header":              `[{"paragraph":{"spans":[{"text":"a","marks":["ITALIC"]}]}},{"table":{"rows":[{"cells":[{"spans":[{"text":"a"}]},{"spans":[{"text":"b"}]}]}]}}]`,
		"table with a blank header":           `[{"table":{"header":true,"rows":[{"cells":[{"spans":[]}]},{"cells":[{"spans":[]}]}]}}]`,
		"table of nothing":                    `[{"table":{"rows":[]}},{"table":{"header":true,"rows":[]}},{"table":{"rows":[{"cells":[]},{"cells":[]}]}},{"table":{"header":true,"caption":"c","rows":[{"cells":[]}]}}]`,
		"dividers":                            `[{"divider":{}},{"divider":{}},{"paragraph":{"spans":[{"text":"---"}]}},{"divider":{}}]`,
		"headings":                            `[{"heading":{"level":2,"spans":[{"text":"a\nb #"}]}},{"heading":{"level":4,"spans":[{"text":"c","marks":["BOLD"]}]}},{"heading":{"level":3,"spans":[]}}]`,
		"paragraphs of nothing":               `[{"paragraph":{"spans":[]}},{"paragraph":{"spans":[{"text":" "}]}},{"paragraph":{"spans":[{"text":"\n"}]}},{"paragraph":{"spans":[{"text":"\u00a0"}]}}]`,
		"white space":                         `[{"paragraph":{"spans":[{"text":" a  b\t c \n\n d\n"}]}},{"paragraph":{"spans":[{"text":"a "},{"text":" b","marks":["BOLD"]},{"text":"c ","link":"/x"}]}}]`,
		"marks at the edges of words":         `[{"paragraph":{"spans":[{"text":"Một ","marks":["BOLD"]},{"text":"hai"},{"text":"ba","marks":["ITALIC"]},{"text":"bốn","marks":["BOLD"]},{"text":"(năm)","marks":["STRIKE"]},{"text":" ","marks":["UNDERLINE"]},{"text":"x` + "`" + `y","marks":["CODE"]},{"text":"z","marks":["CODE","BOLD"]}]}}]`,
		"signs of Markdown and HTML": `[{"paragraph":{"spans":[{"text":"<b>&amp;&lt; *a* _b_ [c](d) ![e](f) ~~g~~ ` +
			"`h`" + ` \\ | # > 1. <!-- --> https://x.example"}]}},{"paragraph":{"spans":[{"text":"1) a\n+ b\n# c\n> d\n=== \n    e"}]}}]`,
		"numbers":                      `[{"paragraph":{"spans":[{"text":"2020. 1.000.000"}]}},{"paragraph":{"spans":[{"text":"1"}]}},{"paragraph":{"spans":[{"text":"-1"}]}}]`,
		"more signs than people write": `[{"paragraph":{"spans":[{"text":"` + strings.Repeat("*", 3000) + `"}]}}]`,
	} {
		t.Run(name, func(t *testing.T) {
			var blocks []content.Block
			if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
				t.Fatal(err)
			}
			unchanged(t, blocks)
		})
	}
}

// FuzzBlocks makes bodies from the fuzzed bytes, writes them and reads them again.
func FuzzBlocks(f *testing.F) {
	for kind := range 10 {
		f.Add([]byte{byte(kind), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, byte(kind), 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
		f.Add([]byte{byte(kind), 3, 0, 0, 2, byte(kind), 0, 3, 30, 40, 50, 60, 70, 1, 1, 1, 5, 2, 90, 200, 3, 3, 3})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &dice{data}
		var blocks []content.Block
		for range s.below(5) + 1 {
			blocks = append(blocks, s.block())
		}
		unchanged(t, blocks)
	})
}

// dice makes a body from bytes. Each byte makes one choice.
type dice struct{ data []byte }

func (s *dice) below(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % n
}

func (s *dice) block() content.Block {
	switch s.below(10) {
	case 0:
		return content.Block{Paragraph: &content.ParagraphBlock{Spans: s.spans()}}
	case 1:
		return content.Block{Heading: &content.HeadingBlock{Level: s.below(3) + 2, Spans: s.spans()}}
	case 2:
		return content.Block{Image: s.image()}
	case 3:
		g := &content.GalleryBlock{Caption: s.text()}
		for range s.below(4) {
			g.Images = append(g.Images, s.image())
		}
		return content.Block{Gallery: g}
	case 4:
		return content.Block{List: &content.ListBlock{Ordered: s.below(2) == 0, Items: s.items(3)}}
	case 5:
		return content.Block{Quote: &content.QuoteBlock{Spans: s.spans(), Attribution: s.text()}}
	case 6:
		t := &content.TableBlock{Header: s.below(2) == 0, Caption: s.text()}
		columns := s.below(4)
		for range s.below(4) {
			var row content.TableRow
			for range columns {
				row.Cells = append(row.Cells, content.TableCell{Spans: s.spans()})
			}
			t.Rows = append(t.Rows, row)
		}
		return content.Block{Table: t}
	case 7:
		return content.Block{File: &content.FileBlock{MediaID: s.medium(), Caption: s.text()}}
	case 8:
		return content.Block{Embed: &content.EmbedBlock{
			URL: content.URL(s.of(addresses[3:])), Caption: s.text(),
			Provider: line(s.text()),
		}}
	}
	return content.Block{Divider: &content.DividerBlock{}}
}

func (s *dice) of(texts []string) string { return texts[s.below(len(texts))] }

func (s *dice) medium() content.ID {
	return content.ID(s.of([]string{"media_a", "media_b", "media_f"}))
}

func (s *dice) image() *content.ImageBlock {
	return &content.ImageBlock{MediaID: s.medium(), Caption: s.text(), Alt: line(s.text())}
}

func (s *dice) items(deep int) (items []content.ListItem) {
	for range s.below(4) {
		item := content.ListItem{Spans: s.spans()}
		if deep > 0 {
			item.Items = s.items(deep - 1)
		}
		items = append(items, item)
	}
	return items
}

func (s *dice) spans() content.Spans {
	spans := content.Spans{}
	for range s.below(5) {
		span := content.Span{Text: s.text()}
		for range max(0, s.below(5)-2) {
			span.Marks = append(span.Marks, markElements[s.below(len(markElements))].mark)
		}
		if s.below(4) == 3 {
			span.Link = s.of(addresses)
		}
		spans = append(spans, span)
	}
	return spans
}

// addresses are the targets of links; those from the fourth on are on other sites.
var addresses = []string{
	"/articles/a", "#b", mediaAddress + "media_f/a.pdf", "https://a.example/", "https://a.example/x_(1)?q=đ ố&amp;=1#*",
	"https://youtu.be/1", "https://www.youtube.com/watch?v=a_b&t=1",
	"https://other.example/media/media_a/a.png", "http://[::1]/<b>\"'`{|}",
	"https://a.example/a%20b/[c]/đường?x=<y>&lt;&copy", "https://a.example/" + strings.Repeat("a_", 60),
}

// pieces are the parts that texts are made of.
var pieces = []string{
	"a", "Đồng Tháp", "1", "2020", " ", " ", "  ", "\n", "\n", "\t", "\u00a0", "\u200d", "\u2003", "\u00ad", "ệ",
	"a\u0300\u0323x", "👍🏽", "— ", "– ", "- ", "+ ", "* ", "*", "**", "_", "__", "`", "``", "~", "~~", "#", "# ", "## ",
	"> ", "<", ">", "&", "&amp;", "&lt;b&gt;", "&#42;", "\\", "\\\\", "|", "!", "[", "]", "(", ")", "[a](b)", "![a](b)",
	"1. ", "2) ", "---", "===", "```", "<b>", "</p>", "<!--", "-->", emptyComment, "<br>", "\"", "'", ".", ",", ":", "…",
	"https://youtu.be/1", "<https://a.example>", " (application/pdf, 1.4 MB)", "null", "x", "từ", "Hội trường",
	"Chú thích\ncủa ảnh", "b.png",
}

// text returns a text as it is stored: without invisible characters, and in Unicode's composed form.
func (s *dice) text() string {
	var b strings.Builder
	for range max(0, s.below(8)-1) {
		b.WriteString(s.of(pieces))
	}
	clean, _ := content.Lint(b.String(), false)
	return clean
}

// line returns a text of one line.
func line(text string) string {
	clean, _ := content.Lint(text, true)
	return clean
}
