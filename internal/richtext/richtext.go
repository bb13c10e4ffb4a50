// Package richtext converts the blocks of a body to HTML, Markdown and plain text, and reads HTML and Markdown as
// blocks. Its functions are pure: callers pass in the data of the media.
package richtext

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"sen/internal/content"
)

// Medium is a medium as it is shown in one language. Empty fields and zeros mean that a value is missing.
type Medium struct {
	URL, Alt, Caption, Credit, Title, MimeType string
	// Width and Height are in pixels.
	Width, Height int
	// Bytes is the size of the file.
	Bytes int64
	// Sizes are resized versions for pages, the smallest first. It is empty if there are none.
	Sizes []Source
}

// Source is one size of a picture.
type Source struct {
	URL   string
	Width int
}

// pageWidth is the largest width in pixels that is used where only one size can be given.
const pageWidth = 1280

// source returns the address of the size that is used where only one can be given: the largest up to pageWidth, else
// the smallest, and the file itself if there are no sizes.
func (m Medium) source() string {
	address := m.URL
	for _, s := range m.Sizes {
		if s.Width <= pageWidth || address == m.URL {
			address = s.URL
		}
	}
	return link(address)
}

// Media returns a medium, or false if it does not exist or is not published.
type Media func(content.ID) (Medium, bool)

// MaxNesting is the maximum nesting of lists. Deeper items are shown on the deepest level.
const MaxNesting = 16

// link returns an address in its encoded form, or "" if links to it are not allowed. Allowed are addresses that can't
// run code: http, https, mailto, tel, and those on the site itself.
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

// queryEscapes percent-encodes the characters of a query that an address must not contain (url.spec.whatwg.org,
// "query percent-encode set"), because url.Parse leaves them unchanged.
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

// lineEnds normalizes line breaks (infra.spec.whatwg.org, "normalize newlines"), as a browser does.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// valid replaces invalid UTF-8 and normalizes line breaks.
func valid(s string) string { return lineEnds.Replace(strings.ToValidUTF8(s, "\uFFFD")) }

// imageMedium returns the medium of an image block, with the caption and the alternative text of the block if it has
// them.
func imageMedium(image *content.ImageBlock, media Media) (Medium, bool) {
	m, ok := media(image.MediaID)
	if !ok || link(m.URL) == "" {
		return Medium{}, false
	}
	m.Alt, m.Caption = cmp.Or(image.Alt, m.Alt), cmp.Or(image.Caption, m.Caption)
	return m, true
}

// heading limits the level of a heading to 2 to 4.
func heading(level int) int { return min(max(level, 2), 4) }

// size formats a number of bytes for people, in decimal units: "1.4 MB".
func size(n int64) string {
	switch {
	case n >= 1e6:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	case n >= 1e3:
		return strconv.FormatInt(n/1e3, 10) + " kB"
	}
	return strconv.FormatInt(n, 10) + " B"
}

// Link returns an address in its encoded form, or "" if links to it are not allowed: allowed are http, https, mailto,
// tel, and addresses on the site itself.
func Link(address string) string { return link(address) }
