package richtext

import (
	"strings"

	"golang.org/x/net/html"

	"sen/internal/content"
)

// figure is an open figure. The blocks inside it are already in the list of blocks.
type figure struct {
	at      int     // the index of its first block
	group   bool    // it contains figures
	kept    bool    // it is a gallery although it has no pictures
	embed   *string // the provider of the embed in it; nil if it is not an embed
	caption []string
}

func (r *reader) startFigure(t html.Token) {
	r.paragraph()
	if len(r.figures) >= MaxNesting {
		r.deeper++
		return
	}
	for i := range r.figures {
		r.figures[i].group = true
	}
	f := figure{at: len(r.blocks)}
	for _, a := range t.Attr {
		if a.Key == "data-embed" {
			f.embed = &a.Val
		}
	}
	r.figures = append(r.figures, f)
}

func (r *reader) startCaption() {
	r.paragraph()
	if n := len(r.figures); n > 0 {
		r.startNote("figcaption", func(text string, _ bool) { r.figures[n-1].caption = append(r.figures[n-1].caption, text) })
	}
}

// endFigure closes a figure. Several pictures become a gallery. The caption goes to the gallery or to the block that
// it belongs to.
func (r *reader) endFigure() {
	if r.deeper > 0 || len(r.figures) == 0 {
		r.deeper = max(r.deeper-1, 0)
		r.paragraph()
		return
	}
	if r.box != nil && r.box.at >= r.figures[len(r.figures)-1].at {
		r.closeBox()
	}
	r.endNote()
	r.paragraph()
	f := r.figures[len(r.figures)-1]
	r.figures = r.figures[:len(r.figures)-1]
	caption := strings.Join(f.caption, "\n")
	inside := r.blocks[f.at:]
	if r.markdown {
		inside = r.withCaptions(inside)
		r.blocks = r.blocks[:f.at+len(inside)]
	}
	pictures := 0
	for pictures < len(inside) && inside[pictures].Image != nil {
		pictures++
	}
	if pictures == len(inside) && (pictures > 1 || f.group && pictures > 0 || f.kept && pictures == 0) {
		group := &content.GalleryBlock{Images: []*content.ImageBlock{}, Caption: caption}
		for _, b := range inside {
			group.Images = append(group.Images, b.Image)
		}
		r.blocks = append(r.blocks[:f.at], content.Block{Gallery: group})
		return
	}
	if len(inside) == 0 || !captioned(inside[len(inside)-1], caption) {
		r.aside(caption)
	}
}

// captioned sets the caption of a block. It returns false if the block can't have one, or has another.
func captioned(b content.Block, caption string) bool {
	var place *string
	switch {
	case b.Image != nil:
		place = &b.Image.Caption
	case b.Table != nil:
		place = &b.Table.Caption
	case b.Embed != nil:
		place = &b.Embed.Caption
	case b.Quote != nil:
		place, caption = &b.Quote.Attribution, strings.TrimLeft(caption, "—―– \u00a0")
	}
	if place == nil || *place != "" {
		return caption == ""
	}
	*place = caption
	return true
}

// special returns the document or embed that a paragraph with a single link stands for.
func (r *reader) special(spans content.Spans, kept bool) (content.Block, bool) {
	address, text, ok := singleLink(spans)
	if !ok {
		return content.Block{}, false
	}
	var provider *string
	if n := len(r.figures); n > 0 {
		provider = r.figures[n-1].embed
	}
	if text == address && !kept {
		text = ""
	}
	switch id, ours := r.media(address); {
	case ours:
		return content.Block{File: &content.FileBlock{MediaID: id, Caption: text}}, true
	case provider != nil && strings.HasPrefix(address, "http"):
		return content.Block{Embed: &content.EmbedBlock{URL: content.URL(address), Caption: text, Provider: *provider}}, true
	case isKnownProvider(address):
		return content.Block{Embed: &content.EmbedBlock{URL: content.URL(address), Caption: text}}, true
	}
	return content.Block{}, false
}
