package newsroom

import (
	"net/url"
	"path"
	"strings"

	"sen/internal/content"
)

// siteURL is where clients reach the program: it knows which addresses are its own.
type siteURL string

// parse parses an address of this program: one on the public URL, or one on the site that
// starts with "/". It answers false for addresses elsewhere.
func (s siteURL) parse(address string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	base, wrong := url.Parse(string(s))
	if err != nil || wrong != nil || u.Opaque != "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return nil, false
	}
	if u.Host != "" && hostOf(u) != hostOf(base) {
		return nil, false
	}
	u.Path = path.Clean("/" + strings.TrimPrefix(u.Path, base.Path))
	return u, true
}

// hostOf is the host of an address with its port, where that is no usual one.
func hostOf(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	return host
}

// mediumAt finds the medium that an address of this program leads to, in whatever size and signed or
// not: "/media/media_…/anh.jpg" on the site or on the public URL. Those on other hosts lead to none.
func (s siteURL) mediumAt(address string) (content.ID, bool) {
	u, ok := s.parse(address)
	if !ok || !strings.HasPrefix(u.Path, "/media/") {
		return "", false
	}
	return content.MediumIn(u.Path)
}

// isPreview tells whether an address of this program shows a draft to whoever has it.
func (s siteURL) isPreview(address string) bool {
	u, ok := s.parse(address)
	return ok && strings.HasPrefix(u.Path, "/preview/")
}

// unsigned is an address without the signature of a medium's file: a signature shows drafts and ends,
// and without one the address shows what is published. It answers false when there is none.
func (s siteURL) unsigned(address string) (string, bool) {
	if _, ours := s.mediumAt(address); !ours || !content.Signed(address) {
		return address, false
	}
	before, rest, _ := strings.Cut(address, "?")
	_, fragment, found := strings.Cut(rest, "#")
	if found {
		before += "#" + fragment
	}
	return before, true
}
