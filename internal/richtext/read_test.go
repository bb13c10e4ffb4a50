package richtext

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sen/internal/content"
	demo "sen/internal/sample"
)

// The media of these tests have an address with their id, and no texts.
const mediaAddress = "https://sen.example/media/"

func mediumOf(address string) (content.ID, bool) {
	id, ok := strings.CutPrefix(address, mediaAddress)
	kind, known := content.ID(id).Kind()
	return content.ID(id), ok && known && kind == content.KindMedia
}

func medium(id content.ID) (Medium, bool) { return Medium{URL: mediaAddress + string(id)}, true }

// written returns blocks as JSON lines without quotes.
func written(t testing.TB, blocks []content.Block) string {
	t.Helper()
	var lines []string
	for _, b := range blocks {
		data, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines,
			strings.NewReplacer(`"`, "", "\\u003c", "<", "\\u003e", ">", "\\u0026", "&").Replace(string(data)))
	}
	return strings.Join(lines, "\n")
}

// named returns losses as one line.
func named(losses []Loss) string {
	var all []string
	for _, l := range losses {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d %s: %s", l.Count, l.What, l.Text)))
	}
	return strings.Join(all, "; ")
}

func TestFromHTML(t *testing.T) {
	for _, c := range []struct{ html, want, lost string }{
		{"", "", ""},
		{"just text", "{paragraph:{spans:[{text:just text}]}}", ""},
		{"<p>one<p>two", "{paragraph:{spans:[{text:one}]}}\n{paragraph:{spans:[{text:two}]}}", ""},
		{
			" <p> a \n\t b <b> c </b> d<br> e </p> ", `{paragraph:{spans:[{text:a b },{text:c ,marks:[BOLD]},{text:d\ne}]}}`,
			"",
		},
		{"<p>&nbsp;</p><p><br></p><p><b></b></p>", "", ""},
		{
			"<b>a<i>b</b>c</i>d",
			"{paragraph:{spans:[{text:a,marks:[BOLD]},{text:b,marks:[BOLD,ITALIC]},{text:c,marks:[ITALIC]},{text:d}]}}", "",
		},
		{
			"<u>u</u><del>s</del><sub>2</sub><sup>3</sup><kbd>k</kbd>",
			"{paragraph:{spans:[{text:u,marks:[UNDERLINE]},{text:s,marks:[STRIKE]},{text:2,marks:[SUBSCRIPT]},{text:3,marks:[SUPERSCRIPT]},{text:k,marks:[CODE]}]}}", "",
		},
		{
			"<h1>A</h1><h2>B</h2><h3>C</h3><h4>D</h4><h6>E</h6>",
			"{heading:{level:2,spans:[{text:A}]}}\n{heading:{level:2,spans:[{text:B}]}}\n{heading:{level:3,spans:[{text:C}]}}\n{heading:{level:4,spans:[{text:D}]}}\n{heading:{level:4,spans:[{text:E}]}}", "1 h1: A; 1 h6: E",
		},
		{
			`<a href="https://a.example/x">a</a> <a href="/b">b</a> <a href="javascript:alert(1)">c</a> <a name=d>d</a>`,
			"{paragraph:{spans:[{text:a,link:https://a.example/x},{text: },{text:b,link:/b},{text: c d}]}}",
			"1 link: javascript:alert(1)",
		},
		{
			"<ul><li>a<ul><li>b</ul><li>c</ul>",
			"{list:{items:[{spans:[{text:a}],items:[{spans:[{text:b}]}]},{spans:[{text:c}]}]}}", "",
		},
		{"<ul><li>a</li><ul><li>b</li></ul></ul>", "{list:{items:[{spans:[{text:a}],items:[{spans:[{text:b}]}]}]}}", ""},
		{
			"<ol start=3><li><p>a</p><p>b</p><ul><li>c</ul></ol>",
			`{list:{ordered:true,items:[{spans:[{text:a\nb}],items:[{spans:[{text:c}]}]}]}}`, "2 numbering: 3",
		},
		{"<ul></ul><ul><li></ul>", "", ""},
		{
			"<blockquote><p>a</p><p>b</p><footer>— <cite>C</cite></footer></blockquote>",
			`{quote:{spans:[{text:a\nb}],attribution:C}}`, "",
		},
		{"<blockquote><p>a</p><cite>C</cite></blockquote>", `{quote:{spans:[{text:a}],attribution:C}}`, ""},
		{
			"<blockquote><p>a <cite>C</cite></p><p>— D</p></blockquote>",
			`{quote:{spans:[{text:a },{text:C,marks:[ITALIC]}],attribution:D}}`, "",
		},
		{
			"<blockquote>a<blockquote>b</blockquote>c</blockquote>d",
			"{quote:{spans:[{text:a\\nb\\nc}]}}\n{paragraph:{spans:[{text:d}]}}", "1 blockquote:",
		},
		{
			"<table><caption>T</caption><tr><th>a<th>b<tr><td>1<tr><td>2<td>3<td>4</table>",
			"{table:{header:true,caption:T,rows:[{cells:[{spans:[{text:a}]},{spans:[{text:b}]},{spans:[]}]},{cells:[{spans:[{text:1}]},{spans:[]},{spans:[]}]},{cells:[{spans:[{text:2}]},{spans:[{text:3}]},{spans:[{text:4}]}]}]}}", "",
		},
		{
			"<table><tr><td rowspan=2>a<td colspan=2>b<tr><td>c<td>d</table>",
			"{table:{rows:[{cells:[{spans:[{text:a}]},{spans:[{text:b}]},{spans:[]}]},{cells:[{spans:[]},{spans:[{text:c}]},{spans:[{text:d}]}]}]}}", "1 colspan: 2; 1 rowspan: 2",
		},
		{
			"<table><td><b>a<td>b<table><tr><td>c</table></table>d",
			"{table:{rows:[{cells:[{spans:[{text:a,marks:[BOLD]}]},{spans:[{text:b\\nc}]}]}]}}\n{paragraph:{spans:[{text:d}]}}",
			"1 table:",
		},
		{
			"<img src=https://sen.example/media/media_a alt=' A  b '>x<img src=data:image/png;base64,AAAA>",
			"{image:{media:media_a,alt:A b}}\n{paragraph:{spans:[{text:x}]}}", "1 image: data:image/png;base64,AAAA",
		},
		{
			"<figure><img src=https://sen.example/media/media_a><figcaption>a<br><b>b</b></figcaption></figure>c",
			"{image:{media:media_a,caption:a\\nb}}\n{paragraph:{spans:[{text:c}]}}", "",
		},
		{"<figure><figure><img src=https://sen.example/media/media_a></figure><img src=https://sen.example/media/media_b><figcaption>G</figcaption></figure>", "{gallery:{images:[{media:media_a},{media:media_b}],caption:G}}", ""},
		{
			"<ul><li>a<img src=https://sen.example/media/media_a><li>b</ul>",
			"{list:{items:[{spans:[{text:a}]},{spans:[{text:b}]}]}}\n{image:{media:media_a}}", "",
		},
		{
			"<figure><table><td>a</table><figcaption>T</figcaption></figure>",
			"{table:{caption:T,rows:[{cells:[{spans:[{text:a}]}]}]}}", "",
		},
		{"a<hr>b", "{paragraph:{spans:[{text:a}]}}\n{divider:{}}\n{paragraph:{spans:[{text:b}]}}", ""},
		{
			"<pre><code>if x {\n    y()\n}\n</code></pre>",
			"{paragraph:{spans:[{text:if x {\\n\u00a0 \u00a0 y()\\n},marks:[CODE]}]}}", "",
		},
		{`<iframe src="//www.youtube.com/embed/x">no frames</iframe><video><source src="https://v.example/v.mp4"><source src="https://v.example/v.ogg">old browser</video><iframe srcdoc="<b>"></iframe>`, "{embed:{url:https://www.youtube.com/embed/x}}\n{embed:{url:https://v.example/v.mp4}}", "1 iframe:"},
		{"<script>alert(1)</script><style>p{}</style><template><p>t</p></template><p onclick='x()'>a</p><svg><text>s</text></svg>", "{paragraph:{spans:[{text:a}]}}", "2 script: alert(1); 1 style: p{}; 1 svg: s; 1 template: t"},
		{"<form><label>Name</label> <input placeholder=You></form>", "{paragraph:{spans:[{text:Name}]}}", "2 form: You"},
		{
			"<font color=red>a</font><span style='color:#000;background:yellow'>b</span>", "{paragraph:{spans:[{text:ab}]}}",
			"2 colour: red",
		},
		{"<marquee>a<x-y>b</x-y></marquee>", "{paragraph:{spans:[{text:ab}]}}", ""},
		{"\x00a\xff&lt;b&gt;", "{paragraph:{spans:[{text:a\ufffd<b>}]}}", ""},
		// Google Docs.
		{`<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38"><span style="font-weight:700">A</span><span style="font-weight:400"> b </span><a href="https://a.example" style="text-decoration:none"><span style="color:#1155cc;text-decoration:underline">c</span></a></p><br /></b>`, "{paragraph:{spans:[{text:A,marks:[BOLD]},{text: b },{text:c,link:https://a.example}]}}", "1 colour: #1155cc"},
		// Word.
		{"<html xmlns:o=x><head><title>t</title><!--[if gte mso 9]><xml><w:x/></xml><![endif]--><style>@font-face{}</style></head><body><p class=MsoNormal style='mso-x:y'><b><span lang=VI style='font-family:\"Times\"'>Đồng Tháp<o:p></o:p></span></b></p><p><o:p>&nbsp;</o:p></p></body></html>", "{paragraph:{spans:[{text:Đồng Tháp,marks:[BOLD]}]}}", "1 style: @font-face{}; 1 title: t"},
	} {
		blocks, losses := FromHTML(c.html, mediumOf)
		if diff := cmp.Diff(c.want, written(t, blocks)); diff != "" {
			t.Errorf("%s\n-want +got:\n%s", c.html, diff)
		}
		if got := named(losses); got != c.lost {
			t.Errorf("%s\nloses %q, want %q", c.html, got, c.lost)
		}
	}
}

func TestFromMarkdown(t *testing.T) {
	for _, c := range []struct{ markdown, want, lost string }{
		{
			"# A\n\na *b* **c**\nd ~~e~~ `f`  \ng",
			"{heading:{level:2,spans:[{text:A}]}}\n{paragraph:{spans:[{text:a },{text:b,marks:[ITALIC]},{text: },{text:c,marks:[BOLD]},{text: d },{text:e,marks:[STRIKE]},{text: },{text:f,marks:[CODE]},{text:\\ng}]}}", "1 h1: A",
		},
		{
			"- a\n  1. b\n- c", "{list:{items:[{spans:[{text:a}],items:[{spans:[{text:b}]}]},{spans:[{text:c}]}]}}",
			"1 numbering:",
		},
		{"> a\n>\n> — B", "{quote:{spans:[{text:a}],attribution:B}}", ""},
		{
			"![a](https://sen.example/media/media_a)\n\n*C*\n\n*d*",
			"{image:{media:media_a,caption:C,alt:a}}\n{paragraph:{spans:[{text:d,marks:[ITALIC]}]}}", "",
		},
		{
			"*T*\n\n|  |  |\n|--|--|\n| a | b |", "{table:{caption:T,rows:[{cells:[{spans:[{text:a}]},{spans:[{text:b}]}]}]}}",
			"",
		},
		{
			"a <script>alert(1)</script> <b>b</b>\n\n---\n\n[x](javascript:alert(1))",
			"{paragraph:{spans:[{text:a },{text:b,marks:[BOLD]}]}}\n{divider:{}}\n{paragraph:{spans:[{text:x}]}}",
			"1 link: javascript:alert(1); 1 script: alert(1)",
		},
		{
			"a\n\n" + strings.Repeat(">", 40) + " b",
			"{paragraph:{spans:[{text:a}]}}\n{paragraph:{spans:[{text:" + strings.Repeat(">", 40) + " b}]}}",
			"1 markdown: " + strings.Repeat(">", 40) + " b",
		},
	} {
		blocks, losses := FromMarkdown(c.markdown, mediumOf)
		if diff := cmp.Diff(c.want, written(t, blocks)); diff != "" {
			t.Errorf("%s\n-want +got:\n%s", c.markdown, diff)
		}
		if got := named(losses); got != c.lost {
			t.Errorf("%s\nloses %q, want %q", c.markdown, got, c.lost)
		}
	}
}

// TestRoundTrip writes the bodies of the sample and reads them again.
func TestRoundTrip(t *testing.T) {
	bundle, err := demo.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	bodies := 0
	for _, item := range bundle.Items {
		article, ok := item.Content.(*content.Article)
		if !ok {
			continue
		}
		for locale, blocks := range article.Body {
			bodies++
			fromHTML, lost := FromHTML(HTML(blocks, medium), mediumOf)
			if diff := cmp.Diff(allAsWritten(blocks), fromHTML, cmpopts.EquateEmpty()); diff != "" || len(lost) > 0 {
				t.Errorf("%s %s from HTML: -want +got:\n%s\n%v", article.ID, locale, diff, lost)
			}
			fromMarkdown, lost := FromMarkdown(Markdown(blocks, medium), mediumOf)
			if diff := cmp.Diff(allAsWritten(blocks), fromMarkdown, cmpopts.EquateEmpty()); diff != "" || len(lost) > 0 {
				t.Errorf("%s %s from Markdown: -want +got:\n%s\n%v", article.ID, locale, diff, lost)
			}
		}
	}
	if bodies == 0 {
		t.Error("the sample has no bodies")
	}
}

// allAsWritten returns the blocks that reading the written forms must give.
func allAsWritten(blocks []content.Block) []content.Block {
	var all []content.Block
	for _, b := range blocks {
		all = append(all, asWritten(b, medium))
	}
	return all
}

// TestReadingTime reads texts that are made to take very long.
func TestReadingTime(t *testing.T) {
	const size = 10_000 // with 1 MB none takes 3 s
	for _, part := range []string{
		"<b>", "<p><b>", "<ul><li>", "<ul>", "<table><tr><td>", "<td colspan=50>", "<tr><td>", "<blockquote>", "<figure>",
		"<figure><figcaption>", "<a href=x>", "<br>a", "<p>a", "<p><b id=x><p>a",
		"<", "<a ", "</b>", "<svg>", "<h1>", "</figure>", "<footer>a", "<blockquote><p>— a", "<pre> ", "<td rowspan=1000>",
		">", "> - ", "- ", "1. ", "[", "![", "*a_ ", "*a **b ", "~a ~~b", "`a``", "[a](<b", "[a](", "|a", "|-", "<!--", "&",
		"\\", "a\n", "a\n\n", "> a\n", "- a\n", "[a]: u\n", "```\n", "\t", "    a\n\n", "* * ",
	} {
		for name, text := range map[string]string{
			"":           strings.Repeat(part, size/len(part)),
			" and text":  strings.Repeat(part, size/2/len(part)) + strings.Repeat("\nx", size/4),
			" in parts":  strings.Repeat(strings.Repeat(part, 1900/len(part))+"\n\n", size/1900),
			" deeper":    deeper(part, size),
			" and lines": strings.Repeat(part, size/2/len(part)) + strings.Repeat("\n\nx", size/6),
		} {
			start := time.Now()
			FromHTML(text, mediumOf)
			html := time.Since(start)
			FromMarkdown(text, mediumOf)
			if all := time.Since(start); all > 5*time.Second {
				t.Errorf("%q%s takes %v, of HTML %v", part, name, all, html)
			}
		}
	}
	grid := strings.Repeat("|a", size/8) + "|\n" + strings.Repeat("|-", size/8) + "|\n" + strings.Repeat("|\n", size/4)
	start := time.Now()
	if FromMarkdown(grid, mediumOf); time.Since(start) > 5*time.Second {
		t.Error("a wide table takes", time.Since(start))
	}
}

// deeper returns lines, each indented more than the one before.
func deeper(part string, size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n += 2 {
		b.WriteString(strings.Repeat(" ", n) + part + "x\n")
	}
	return b.String()
}

func FuzzFromHTML(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { readable(t, text, FromHTML) })
}

func FuzzFromMarkdown(f *testing.F) {
	for _, seed := range append(hostile, "> a\n> — b", "| a |\n|---|\n| b |", "[a]: javascript:x\n\n[a]",
		"*a*\n\n![](https://sen.example/media/media_a)\n\n*b*") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { readable(t, text, FromMarkdown) })
}

// hostile lists texts that are hard to read correctly or that try to inject code.
var hostile = []string{
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href=' jAvA\nscript:x'>x</a>",
	"<svg/onload=x><script/>y", "<style/>x", "<p>a<table><td><ul><li><figure><figcaption><blockquote>b",
	"<figure><img src=https://sen.example/media/media_a><figure><img src=https://sen.example/media/media_b><figcaption>c",
	"<ul><ul><li>a</ul>b<ol>c", "<blockquote><p>a<p>— b<footer>c",
	"<table><caption>a<tr><td>b<th>c<td rowspan=9 colspan=9>",
	"<pre>\n\n a\t b\n </pre>", "<b>a <i> b</b> c</i>&#0;&#x200b;&nbsp; ", "<iframe src=//x.example/?\"><iframe>",
	"<a href='mailto:a@b?subject=&quot; onclick=x'>a", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
}

// readable checks that the blocks and losses are valid, and that writing and reading them again gives the same
// blocks.
func readable(t *testing.T, text string, read func(string, func(string) (content.ID, bool)) ([]content.Block, []Loss)) {
	t.Helper()
	blocks, losses := read(text, mediumOf)
	for _, b := range blocks {
		inOrder(t, b)
	}
	if !slices.IsSortedFunc(losses, func(a, b Loss) int { return strings.Compare(a.What, b.What) }) {
		t.Errorf("%q: losses %v", text, losses)
	}
	for _, l := range losses {
		if l.What == "" || l.Count < 1 || utf8.RuneCountInString(l.Text) > 80 {
			t.Errorf("%q: the loss %v", text, l)
		}
	}
	html := HTML(blocks, medium)
	safe(t, text, html)
	again, _ := FromHTML(html, mediumOf)
	if diff := cmp.Diff(allAsWritten(blocks), again, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%q is written as\n%s\nand read as -want +got:\n%s", text, html, diff)
	}
}

// inOrder checks that a block has exactly one kind, and the fields that its kind needs.
func inOrder(t *testing.T, b content.Block) {
	t.Helper()
	data, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]struct {
		Spans content.Spans
		Items []content.ListItem
		Rows  []content.TableRow
		Level int
	}
	if err := json.Unmarshal(data, &fields); err != nil || len(fields) != 1 {
		t.Fatalf("%s: %v", data, err)
	}
	for name, block := range fields {
		if name == "heading" && (block.Level < 2 || block.Level > 4) {
			t.Errorf("a heading of level %d", block.Level)
		}
		linked(t, block.Spans)
		itemsInOrder(t, block.Items, 1)
		for _, row := range block.Rows {
			if len(row.Cells) != len(block.Rows[0].Cells) || len(row.Cells) == 0 || len(row.Cells) > maxColumns {
				t.Errorf("a row of %d cells, the first has %d", len(row.Cells), len(block.Rows[0].Cells))
			}
			for _, cell := range row.Cells {
				linked(t, cell.Spans)
			}
		}
	}
}

func itemsInOrder(t *testing.T, items []content.ListItem, depth int) {
	t.Helper()
	if depth > MaxNesting+1 {
		t.Errorf("lists nest %d deep", depth)
	}
	for _, item := range items {
		linked(t, item.Spans)
		itemsInOrder(t, item.Items, depth+1)
	}
}

// linked checks that all links are allowed.
func linked(t *testing.T, spans content.Spans) {
	t.Helper()
	for _, s := range spans {
		if s.Text == "" || s.Link != "" && link(s.Link) == "" {
			t.Errorf("a span %q with the link %q", s.Text, s.Link)
		}
	}
}
