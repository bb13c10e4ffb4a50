package richtext

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"sen/internal/content"
)

// blockElements lists the block elements that mean only a line break.
var blockElements = []string{
	"address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "header",
	"hgroup",
	"html", "legend", "main", "nav", "p", "plaintext", "pre", "search", "section", "summary", "xmp",
}

// skippedElements lists the elements whose content readers do not see.
var skippedElements = []string{
	"applet", "audio", "canvas", "datalist", "iframe", "math", "noembed", "noframes", "noscript", "object",
	"script", "select", "style", "svg", "template", "title", "video", "xml",
}

// rawTextElements lists the elements of skippedElements whose content is not HTML: only their end tag ends them.
var rawTextElements = []string{"iframe", "noembed", "noframes", "noscript", "script", "style", "title"}

// voidElements lists the elements that have no content and that readers do not see.
var voidElements = []string{
	"area", "base", "basefont", "bgsound", "col", "frame", "link", "meta", "param", "source",
	"track", "wbr",
}

// maxAddress bounds an address in bytes. Longer addresses are dropped.
const maxAddress = 2048

// attribute returns the value of an attribute; "" if the tag does not have it.
func attribute(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// startAttributes records the losses from attributes that can be on any element.
func (r *reader) startAttributes(t html.Token, style map[string]string) {
	for _, a := range t.Attr {
		if len(a.Key) > 2 && strings.HasPrefix(a.Key, "on") {
			r.lose("script", a.Key+"="+a.Val)
		}
	}
	for _, colour := range []string{
		style["color"], style["background-color"], style["background"], attribute(t, "color"),
		attribute(t, "bgcolor"),
	} {
		if isNotableColour(colour) {
			r.lose("colour", colour)
			return
		}
	}
}

// startUnread starts skipping an element.
func (r *reader) startUnread(t html.Token) {
	embedded := (t.Data == "iframe" || t.Data == "video") && attribute(t, "src") != ""
	if embedded {
		r.embed(t.Data, attribute(t, "src"))
	}
	if t.Type == html.SelfClosingTagToken && !slices.Contains(rawTextElements, t.Data) {
		return
	}
	r.skipped = &skipped{t.Data, 1, &Loss{}}
	if t.Data != "video" && !embedded {
		r.skipped.loss = r.lose(t.Data, "")
	}
}

// startSkipped handles a tag inside an element that is skipped.
func (r *reader) startSkipped(t html.Token) {
	switch {
	case t.Data == r.skipped.element && t.Type == html.StartTagToken:
		r.skipped.depth++
	case t.Data == "source" && r.skipped.element == "video" && r.skipped.loss.Count == 0:
		r.skipped.loss.Count++ // only the first of several sources is used
		r.embed("video", attribute(t, "src"))
	}
}

// embed adds an embed, or a document, for an element that shows content from an address.
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

// startLink starts a link. If the address is missing or forbidden, the following text has no link.
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
		r.lose("image", cmp.Or(address, attribute(t, "alt")))
		return
	}
	alt := running{}
	alt.write(attribute(t, "alt"), false, 0, "")
	r.between(content.Block{Image: &content.ImageBlock{MediaID: id, Alt: strings.TrimSpace(plain(alt.take()))}})
}

// end handles an end tag.
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
		if slices.Contains(blockElements, name) {
			r.paragraph()
		}
		r.finishElement(name)
	}
}
