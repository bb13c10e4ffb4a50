package richtext

import (
	"slices"
	"strings"

	"golang.org/x/net/html"

	"sen/internal/content"
)

// apart are the elements that stand on lines of their own and that mean nothing more.
var apart = []string{
	"address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "header", "hgroup",
	"html", "legend", "main", "nav", "p", "plaintext", "pre", "search", "section", "summary", "xmp",
}

// unread are the elements whose inside says nothing to readers.
var unread = []string{
	"applet", "audio", "canvas", "datalist", "iframe", "math", "noembed", "noframes", "noscript", "object",
	"script", "select", "style", "svg", "template", "title", "video", "xml",
}

// raw are those of them whose inside is no HTML: they end with their end tag only.
var raw = []string{"iframe", "noembed", "noframes", "noscript", "script", "style", "title"}

// empty are the elements that have no inside and that say nothing to readers.
var empty = []string{"area", "base", "basefont", "bgsound", "col", "frame", "link", "meta", "param", "source", "track", "wbr"}

// maxAddress bounds an address in bytes; what is longer is no address that people give.
const maxAddress = 2048

// attribute is the value of an attribute; empty when the tag has none.
func attribute(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// startAttributes tells what attributes lose that mean something on any element.
func (r *reader) startAttributes(t html.Token, style map[string]string) {
	for _, a := range t.Attr {
		if len(a.Key) > 2 && strings.HasPrefix(a.Key, "on") {
			r.lose("script", a.Key+"="+a.Val)
		}
	}
	for _, colour := range []string{style["color"], style["background-color"], style["background"], attribute(t, "color"), attribute(t, "bgcolor")} {
		if coloured(colour) {
			r.lose("colour", colour)
			return
		}
	}
}

// startUnread begins to skip an element.
func (r *reader) startUnread(t html.Token) {
	embedded := (t.Data == "iframe" || t.Data == "video") && attribute(t, "src") != ""
	if embedded {
		r.embed(t.Data, attribute(t, "src"))
	}
	if t.Type == html.SelfClosingTagToken && !slices.Contains(raw, t.Data) {
		return
	}
	r.skipped = &skipped{t.Data, 1, &Loss{}}
	if t.Data != "video" && !embedded {
		r.skipped.loss = r.lose(t.Data, "")
	}
}

// startSkipped reads a tag inside of an element that is not read.
func (r *reader) startSkipped(t html.Token) {
	switch {
	case t.Data == r.skipped.element && t.Type == html.StartTagToken:
		r.skipped.depth++
	case t.Data == "source" && r.skipped.element == "video" && r.skipped.loss.Count == 0:
		r.skipped.loss.Count++ // one source of several
		r.embed("video", attribute(t, "src"))
	}
}

// embed points at what an element shows from another site.
func (r *reader) embed(element, address string) {
	if strings.HasPrefix(address, "//") {
		address = "https:" + address
	}
	if id, ours := r.media(address); ours {
		r.between(content.Block{File: &content.FileBlock{MediaID: id}})
		return
	}
	allowed := link(address)
	if !strings.HasPrefix(allowed, "http") || len(allowed) > maxAddress {
		r.lose(element, address)
		return
	}
	r.between(content.Block{Embed: &content.EmbedBlock{URL: content.URL(allowed)}})
}

// startLink begins a link; without an address that may be linked to it ends the last one.
func (r *reader) startLink(address string) {
	r.link = link(address)
	if len(r.link) > maxAddress {
		r.link = ""
	}
	if r.link == "" && address != "" {
		r.lose("link", address)
	}
}

func (r *reader) image(t html.Token) {
	address := attribute(t, "src")
	id, ok := r.media(address)
	if !ok {
		r.lose("image", either(address, attribute(t, "alt")))
		return
	}
	alt := running{}
	alt.write(attribute(t, "alt"), false, 0, "")
	r.between(content.Block{Image: &content.ImageBlock{MediaID: id, Alt: strings.TrimSpace(plain(alt.take()))}})
}

// end reads an end tag.
func (r *reader) end(name string) {
	if r.skipped != nil {
		if name == r.skipped.element {
			if r.skipped.depth--; r.skipped.depth == 0 {
				r.skipped = nil
			}
		}
		return
	}
	if r.note != nil && r.note.element == name {
		r.endNote()
		return
	}
	switch name {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		r.paragraph()
		r.heading = 0
	case "ul", "ol", "menu", "dir":
		r.endBox("list")
	case "li":
		r.item(false)
	case "blockquote":
		r.endBox(name)
	case "table", "thead", "tbody", "tfoot", "tr", "td", "th":
		r.endTable(name)
	case "figure":
		r.endFigure()
	case "a":
		r.link = ""
		r.finishElement(name)
	case "footer", "form", "figcaption", "caption":
		r.paragraph()
	default:
		if slices.Contains(apart, name) {
			r.paragraph()
		}
		r.finishElement(name)
	}
}
