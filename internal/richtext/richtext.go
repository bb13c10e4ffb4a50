// Package richtext turns the blocks of a body into other forms: HTML, Markdown and
// plain text. Its functions are pure: what they need of media is handed to them.
package richtext

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"sen/internal/content"
)

// Medium is a medium as it is shown in one language. What is empty or 0 is missing.
type Medium struct {
	URL, Alt, Caption, Credit, Title, MimeType string
	// Width and Height are in pixels.
	Width, Height int
	// Bytes is the size of the file.
	Bytes int64
	// Sizes are the same picture in sizes for pages, the smallest first; none where only the file itself shows it.
	Sizes []Source
}

// Source is a picture in some width in pixels.
type Source struct {
	URL   string
	Width int
}

// pageWidth is the width in pixels of the size that stands for a picture where only one can.
const pageWidth = 1280

// source is where the size of a picture is that stands for it: the file itself where it has no sizes.
func (m Medium) source() string {
	address := m.URL
	for _, s := range m.Sizes {
		if s.Width <= pageWidth || address == m.URL {
			address = s.URL
		}
	}
	return link(address)
}

// Media finds a medium; false when it is not there or not published.
type Media func(content.ID) (Medium, bool)

// MaxNesting is how deep lists nest; what lies deeper is shown on that level.
const MaxNesting = 16

// link is an address that may be linked to; empty when it may not. Only addresses
// that run nothing survive: http, https, mailto, tel, and those on the site.
func link(address string) string {
	address = strings.TrimSpace(valid(address))
	u, err := url.Parse(address)
	if err != nil || strings.ContainsFunc(address, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
		return ""
	}
	u.RawQuery = queryEscapes(u.RawQuery)
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host != "" {
			return u.String()
		}
	case "mailto", "tel":
		if !strings.Contains(address, " ") {
			return u.String()
		}
	case "":
		if strings.HasPrefix(address, "#") || strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") {
			return u.String()
		}
	}
	return ""
}

// queryEscapes writes the bytes of a query that an address may not have as percent-escapes (url.spec.whatwg.org, "query
// percent-encode set"): url.Parse lets them through.
func queryEscapes(query string) string {
	var b strings.Builder
	for _, c := range []byte(query) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>`^{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// lineEnds makes one of all ends of lines (infra.spec.whatwg.org, "normalize newlines"): a browser does so with what it reads.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// valid replaces what is no UTF-8, and ends lines alike.
func valid(s string) string { return lineEnds.Replace(strings.ToValidUTF8(s, "\uFFFD")) }

// either is the first text that is not empty.
func either(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// shown is a picture with the caption and the alternative text of its use.
func shown(image *content.ImageBlock, media Media) (Medium, bool) {
	m, ok := media(image.MediaID)
	if !ok || link(m.URL) == "" {
		return Medium{}, false
	}
	m.Alt, m.Caption = either(image.Alt, m.Alt), either(image.Caption, m.Caption)
	return m, true
}

// heading is the level of a heading, kept within what a body may have.
func heading(level int) int { return min(max(level, 2), 4) }

// size writes a number of bytes for people, in decimal units: "1.4 MB".
func size(n int64) string {
	switch {
	case n >= 1e6:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	case n >= 1e3:
		return strconv.FormatInt(n/1e3, 10) + " kB"
	}
	return strconv.FormatInt(n, 10) + " B"
}

// Link is an address as it may be linked to; empty when it may not: only http, https,
// mailto, tel, and what is on the site.
func Link(address string) string { return link(address) }
