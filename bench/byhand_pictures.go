package main

import (
	"cmp"
	"fmt"
	"html"
	"strings"
)

// publicURL is what the addresses of media start with; Sen is told the same.
const publicURL = "https://sen.example"

// medium is what is read of a picture.
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

// url is where the smallest file of a picture is that is at least so wide.
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
		return coverShown{m.url(id, 320), m.url(id, 1280), m.Alt.String(), m.Caption.String(), m.Credit.String(), m.Width, m.Height}
	})
}

// block is one of a body; those made up here are paragraphs and pictures.
type block struct {
	Paragraph *struct{ Spans []struct{ Text string } }
	Image     *struct{ Media, Caption, Alt string }
}

// picturesIn are the pictures of a body.
func picturesIn(blocks []block) (ids []string) {
	for _, b := range blocks {
		if b.Image != nil {
			ids = append(ids, b.Image.Media)
		}
	}
	return ids
}

// asHTML writes a body; everything is escaped where it is written.
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
			fmt.Fprintf(&b, `<figure><img src="%s" alt="%s" loading="lazy" decoding="async" srcset="`, whole, html.EscapeString(cmp.Or(block.Image.Alt, m.Alt.String())))
			for _, v := range m.Variants {
				fmt.Fprintf(&b, "%s %dw, ", html.EscapeString(m.url(id, v.Width)), v.Width)
			}
			fmt.Fprintf(&b, `%s %dw" sizes="(min-width: 50rem) 50rem, 100vw" width="%d" height="%d">`, whole, m.Width, m.Width, m.Height)
			fmt.Fprintf(&b, "<figcaption>%s</figcaption></figure>\n", html.EscapeString(cmp.Or(block.Image.Caption, m.Caption.String())))
		}
	}
	return b.String()
}
