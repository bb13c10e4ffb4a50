package main

import (
	"cmp"
	"fmt"
	"html"
	"strings"
)

// publicURL begins the addresses of media; Sen gets the same setting.
const publicURL = "https://sen.example"

// medium holds the fields of a picture that are read.
type medium struct {
	FileName             string `bson:"fileName"`
	Alt, Caption, Credit text
	Width, Height        int
	Variants             []struct{ Width int }
}

var (
	pictureFields = fields("fileName", "alt", "caption", "credit", "width", "height", "variants.width")
	thumbFields   = fields("fileName", "alt", "width", "variants.width")
)

type (
	// thumbShown is a cover in a list.
	thumbShown struct {
		URL string `json:"url"`
		Alt string `json:"alt"`
	}
	// coverShown is the cover of an article.
	coverShown struct {
		Small   string `json:"small"`
		Large   string `json:"large"`
		Alt     string `json:"alt"`
		Caption string `json:"caption"`
		Credit  string `json:"credit"`
		Width   int    `json:"width"`
		Height  int    `json:"height"`
	}
)

// url returns the address of the smallest file of a picture that has at least the given width.
func (m *medium) url(id string, width int) string {
	address := publicURL + "/media/" + id + "/" + m.FileName
	for _, v := range m.Variants {
		if v.Width >= width {
			return fmt.Sprintf("%s?w=%d", address, v.Width)
		}
	}
	return address
}

func showThumb(id string, in map[string]*medium) *thumbShown {
	return one(id, in, func(m *medium) thumbShown { return thumbShown{m.url(id, 320), m.Alt.String()} })
}

func showCover(id string, in map[string]*medium) *coverShown {
	return one(id, in, func(m *medium) coverShown {
		return coverShown{
			m.url(id, 320), m.url(id, 1280), m.Alt.String(), m.Caption.String(), m.Credit.String(), m.Width,
			m.Height,
		}
	})
}

// block is a block of a body. Generated bodies have only paragraphs and pictures.
type block struct {
	Paragraph *struct{ Spans []struct{ Text string } }
	Image     *struct{ Media, Caption, Alt string }
}

// picturesIn returns the ids of the pictures in a body.
func picturesIn(blocks []block) (ids []string) {
	for _, b := range blocks {
		if b.Image != nil {
			ids = append(ids, b.Image.Media)
		}
	}
	return ids
}

// asHTML writes a body as HTML. All text is escaped when it is written.
func asHTML(blocks []block, media map[string]*medium) string {
	var b strings.Builder
	for _, block := range blocks {
		switch {
		case block.Paragraph != nil:
			b.WriteString("<p>")
			for _, s := range block.Paragraph.Spans {
				b.WriteString(strings.ReplaceAll(html.EscapeString(s.Text), "\n", "<br>"))
			}
			b.WriteString("</p>\n")
		case block.Image != nil:
			id := block.Image.Media
			m := media[id]
			if m == nil {
				continue
			}
			whole := html.EscapeString(m.url(id, m.Width))
			fmt.Fprintf(&b, `<figure><img src="%s" alt="%s" loading="lazy" decoding="async" srcset="`, whole,
				html.EscapeString(cmp.Or(block.Image.Alt, m.Alt.String())))
			for _, v := range m.Variants {
				fmt.Fprintf(&b, "%s %dw, ", html.EscapeString(m.url(id, v.Width)), v.Width)
			}
			fmt.Fprintf(&b, `%s %dw" sizes="(min-width: 50rem) 50rem, 100vw" width="%d" height="%d">`, whole, m.Width, m.Width,
				m.Height)
			fmt.Fprintf(&b, "<figcaption>%s</figcaption></figure>\n",
				html.EscapeString(cmp.Or(block.Image.Caption, m.Caption.String())))
		}
	}
	return b.String()
}
