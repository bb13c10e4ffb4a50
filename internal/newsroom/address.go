package newsroom

import (
	"net/url"
	"path"
	"strings"

	"sen/internal/content"
)

// siteURL is the address at which clients reach the program. With it, the newsroom recognizes the program's own
// addresses.
type siteURL string

// parse parses an address of this program: an address below the public URL, or a path that starts with "/". It returns
// false for any other address.
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

// hostOf returns the host of an address in lower case. The port follows it, unless it is 80 or 443.
func hostOf(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host += ":" + port
	}
	return host
}

// mediumAt returns the medium of an address of this program, in any size, signed or not: "/media/media_…/anh.jpg" as a
// path or below the public URL. It returns false for addresses on other hosts.
func (s siteURL) mediumAt(address string) (content.ID, bool) {
	u, ok := s.parse(address)
	if !ok || !strings.HasPrefix(u.Path, "/media/") {
		return "", false
	}
	return content.MediumIn(u.Path)
}

// isPreview reports whether an address of this program is a preview link. Everyone who has such a link can see a draft.
func (s siteURL) isPreview(address string) bool {
	u, ok := s.parse(address)
	return ok && strings.HasPrefix(u.Path, "/preview/")
}

// unsigned returns an address without the signature of a medium's file, and reports whether it had one. A signature
// gives access to a draft for a limited time; the address without it shows the published file.
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
