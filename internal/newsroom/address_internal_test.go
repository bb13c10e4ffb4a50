package newsroom

import (
	"cmp"
	"testing"
)

// TestOwnAddresses checks which addresses belong to this program, and which of them lead to a medium or a preview.
func TestOwnAddresses(t *testing.T) {
	n := siteURL("https://sen.example")
	below := siteURL("https://sen.example:8443/cms")
	for _, c := range []struct {
		site            siteURL
		address, medium string
		preview         bool
		unsigned        string // where it differs
	}{
		{n, "https://sen.example/media/media_a/a.png", "media_a", false, ""},
		{n, "https://sen.example/media/media_a/a.png?w=320", "media_a", false, ""},
		{
			n, "http://SEN.example.:80/media/media_a/a.png?w=640&f=x&s=abc#p", "media_a", false,
			"http://SEN.example.:80/media/media_a/a.png#p",
		},
		{n, "//sen.example/x/../%6dedia/media_a/a.png?%73=abc", "media_a", false, "//sen.example/x/../%6dedia/media_a/a.png"},
		{n, "/media/media_a/a.png?s=abc", "media_a", false, "/media/media_a/a.png"},
		{n, "/media/media_a", "media_a", false, ""},
		{n, "/media/article_a/a.png?s=abc", "", false, ""},
		{n, "https://other.example/media/media_a/a.png?s=abc", "", false, ""},
		{n, "https://sen.example.other.example/media/media_a/a.png?s=abc", "", false, ""},
		{n, "https://sen.example:8443/media/media_a/a.png?s=abc", "", false, ""},
		{n, "https://sen.example@other.example/media/media_a/a.png", "", false, ""},
		{n, "mailto:x@sen.example/media/media_a/a.png", "", false, ""},
		{n, "ftp://sen.example/media/media_a/a.png", "", false, ""},
		{n, "https://sen.example/articles/media/media_a/a.png", "", false, ""},
		{n, "https://sen.example/preview/abc", "", true, ""},
		{n, "/preview/abc", "", true, ""},
		{n, "https://other.example/preview/abc", "", false, ""},
		{
			below, "https://sen.example:8443/cms/media/media_a/a.png?s=abc", "media_a", false,
			"https://sen.example:8443/cms/media/media_a/a.png",
		},
		{below, "https://sen.example/cms/media/media_a/a.png?s=abc", "", false, ""},
	} {
		if medium, _ := c.site.mediumAt(c.address); string(medium) != c.medium && c.medium != "" {
			t.Errorf("%s leads to the medium %q", c.address, medium)
		}
		if _, ours := c.site.mediumAt(c.address); ours != (c.medium != "") {
			t.Errorf("%s leads to a medium: %v", c.address, ours)
		}
		if got := c.site.isPreview(c.address); got != c.preview {
			t.Errorf("%s is a preview: %v", c.address, got)
		}
		got, signed := c.site.unsigned(c.address)
		if want := cmp.Or(c.unsigned, c.address); got != want || signed != (c.unsigned != "") {
			t.Errorf("%s without its signature is %s (%v)", c.address, got, signed)
		}
	}
}
