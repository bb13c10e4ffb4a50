package files

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"sen/internal/picture"
)

// maxFileName is the longest file name, in bytes.
const maxFileName = 200

// extensions matches a file extension at the end of a name.
var extensions = regexp.MustCompile(`\.[A-Za-z0-9]{1,5}$`)

// fileName returns a name that is valid on every system: without folders and control characters, and with an extension
// of its type.
func fileName(name string, as picture.Type) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.C, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune(`"*:<>?|`, r):
			return '-'
		}
		return r
	}, name)
	extension := path.Ext(name)
	if !slices.Contains(as.Extensions, strings.TrimPrefix(strings.ToLower(extension), ".")) {
		name = extensions.ReplaceAllString(name, "")
		extension = "." + as.Extensions[0]
	} else {
		name = strings.TrimSuffix(name, extension)
	}
	for len(name)+len(extension) > maxFileName {
		_, last := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-last]
	}
	name = strings.Trim(name, ". ")
	if name == "" {
		name = "file"
	}
	return name + extension
}
