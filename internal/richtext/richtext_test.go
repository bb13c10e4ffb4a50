package richtext

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	rawhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"

	"sen/internal/content"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// sample is one golden case: blocks, and the media in them.
type sample struct {
	Media  map[content.ID]Medium
	Blocks []content.Block
}

func (s sample) medium(id content.ID) (Medium, bool) {
	m, ok := s.Media[id]
	return m, ok
}

// samples reads all cases of testdata.
func samples(t testing.TB) map[string]sample {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	all := map[string]sample{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s sample
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = s
	}
	return all
}

// TestForms compares each form of each case with its golden file.
func TestForms(t *testing.T) {
	for name, s := range samples(t) {
		stored, err := json.MarshalIndent(s.Blocks, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		for form, got := range map[string]string{
			".html": HTML(s.Blocks, s.medium), ".md": Markdown(s.Blocks, s.medium), ".txt": Text(s.Blocks),
			".blocks": string(stored),
		} {
			t.Run(name+form, func(t *testing.T) {
				path := filepath.Join("testdata", name+form)
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// TestEveryBlock checks that the golden cases contain each kind of block.
func TestEveryBlock(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range samples(t) {
		for _, b := range s.Blocks {
			raw, err := json.Marshal(b)
			if err != nil {
				t.Fatal(err)
			}
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(raw, &fields); err != nil {
				t.Fatal(err)
			}
			for name := range fields {
				seen[name] = true
			}
		}
	}
	if len(seen) != 10 {
		t.Errorf("the cases show %d kinds of blocks of 10: %v", len(seen), seen)
	}
}

// TestHTMLNeedsNoSanitizer checks that the written HTML is safe without the sanitizer: the sanitizer must not change
// it.
func TestHTMLNeedsNoSanitizer(t *testing.T) {
	for name, s := range samples(t) {
		w := &htmlWriter{media: s.medium, ids: map[string]bool{}}
		for _, b := range s.Blocks {
			w.block(b)
		}
		safe(t, name, w.String())
		if diff := cmp.Diff(tokens(w.String()), tokens(policy().Sanitize(w.String()))); diff != "" {
			t.Errorf("%s: the policy changes it (-before +after):\n%s", name, diff)
		}
	}
}

// tokens returns the tokens of HTML, as a browser reads them.
func tokens(s string) (all []string) {
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		slices.SortFunc(token.Attr, func(a, b html.Attribute) int { return strings.Compare(a.Key, b.Key) })
		all = append(all, token.String())
	}
	return all
}

// safe parses HTML as a browser does, and fails if anything in it could run code.
func safe(t testing.TB, name, s string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{
			"script", "style", "iframe", "object", "embed", "svg", "math", "form", "base", "link",
			"meta",
		}, n.Data) {
			t.Errorf("%s: there is a %s element", name, n.Data)
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || (a.Key == "href" || a.Key == "src") &&
				(strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:") ||
					strings.HasPrefix(value, "vbscript:") || strings.HasPrefix(value, "//")) {
				t.Errorf("%s: there is %s=%q", name, a.Key, a.Val)
			}
		}
	}
}

// TestMarkdownHasTheWordsOfHTML converts the Markdown with a standard parser and compares its words with those of the
// HTML.
func TestMarkdownHasTheWordsOfHTML(t *testing.T) {
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(rawhtml.WithUnsafe()))
	for name, s := range samples(t) {
		var out bytes.Buffer
		if err := parser.Convert([]byte(Markdown(s.Blocks, s.medium)), &out); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(words(HTML(s.Blocks, s.medium)), words(out.String())); diff != "" {
			t.Errorf("%s: -html +markdown:\n%s", name, diff)
		}
	}
}

// TestMarkdownOfText writes texts whose characters have a meaning in Markdown at their position, and checks what a
// browser shows.
func TestMarkdownOfText(t *testing.T) {
	code := []content.Mark{content.MarkCode}
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(rawhtml.WithUnsafe()))
	for name, c := range map[string]struct {
		spans []content.Span
		want  string
	}{
		"a backslash at the end": {[]content.Span{{Text: `Thư mục D:\`}}, `<p>Thư mục D:\</p>`},
		"line breaks at the end": {[]content.Span{{Text: "một\n\n"}}, "<p>một<br><br><!-- --></p>"},
		"a bar in code":          {[]content.Span{{Text: "a|b", Marks: code}}, "<p><code>a|b</code></p>"},
		"code beside code": {
			[]content.Span{{Text: "a", Marks: code}, {Text: "b`<img src=x>", Marks: code}},
			"<p><code>ab`&lt;img src=x&gt;</code></p>",
		},
		"code beside code, one bold": {
			[]content.Span{
				{Text: "a", Marks: code},
				{Text: "b", Marks: []content.Mark{content.MarkBold, content.MarkCode}},
			},
			"<p><code>a</code><strong><code>b</code></strong></p>",
		},
	} {
		var out bytes.Buffer
		text := Markdown([]content.Block{{Paragraph: &content.ParagraphBlock{Spans: c.spans}}}, nil)
		if err := parser.Convert([]byte(text), &out); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(out.String()); got != c.want {
			t.Errorf("%s: %q shows %s, want %s", name, text, got, c.want)
		}
	}
	cell := func(spans ...content.Span) content.TableRow {
		return content.TableRow{Cells: []content.TableCell{{Spans: spans}}}
	}
	table := &content.TableBlock{
		Header: true,
		Rows:   []content.TableRow{cell(content.Span{Text: "x|y"}), cell(content.Span{Text: "a|b", Marks: code})},
	}
	var out bytes.Buffer
	if err := parser.Convert([]byte(Markdown([]content.Block{{Table: table}}, nil)), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<th>x|y</th>", "<td><code>a|b</code></td>"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("a table shows %s, want %s", out.String(), want)
		}
	}
}

// words returns the words that a browser shows, without the dash before an attribution.
func words(s string) []string {
	root, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return nil
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		} else if n.Type == html.ElementNode &&
			!slices.Contains([]string{"strong", "em", "u", "s", "del", "code", "sub", "sup", "a"}, n.Data) {
			b.WriteByte(' ')
		}
	}
	return slices.DeleteFunc(strings.Fields(b.String()), func(w string) bool { return w == "—" || w == "\u200b" })
}

func TestReadingMinutes(t *testing.T) {
	for words, want := range map[int]int{0: 0, 1: 1, 200: 1, 201: 2, 1000: 5} {
		if got := ReadingMinutes(strings.Repeat("chữ ", words)); got != want {
			t.Errorf("%d words take %d minutes, want %d", words, got, want)
		}
	}
}

// FuzzHTML searches for a text or an address that makes the HTML unsafe.
func FuzzHTML(f *testing.F) {
	for _, seed := range []string{
		"x", "a\r\nb\rc", "javascript:alert(1)", "<script>", "\x00",
		"https://a.example/?\"onload=x", " jAvA\nscript:x", "&#106;avascript:x",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, text, address string) {
		s := sample{Media: map[content.ID]Medium{"m": {URL: address, Alt: text}}}
		paragraph := HTML([]content.Block{{Paragraph: &content.ParagraphBlock{Spans: []content.Span{
			{Text: text},
			{Text: address},
		}}}}, s.medium)
		if behind := policy().Sanitize(paragraph); behind != paragraph {
			t.Errorf("the policy makes %q of %q", behind, paragraph)
		}
		safe(t, "fuzz", HTML([]content.Block{
			{Paragraph: &content.ParagraphBlock{Spans: []content.Span{{Text: text, Link: address}}}},
			{Heading: &content.HeadingBlock{Spans: []content.Span{{Text: text}}}},
			{Image: &content.ImageBlock{MediaID: "m", Caption: text}},
			{Embed: &content.EmbedBlock{URL: content.URL(address), Caption: text}},
		}, s.medium))
	})
}
