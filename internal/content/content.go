// Package content is the domain of Sen: the kinds of content, text in several
// languages, rich text, and the rules that hold for them. It does no input or
// output and imports nothing of the project.
//
// One struct per kind is what the store keeps, what the rules reason about and
// what GraphQL answers from. The `json` tags are the one naming of the stored
// form: the store, the sample files and exports all read and write it.
package content

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// Kind names a kind of content. Its value is the GraphQL type's name.
type Kind string

// ID names one entry: the kind, an underscore, and what makes it unique, such as
// "article_01jd3v7k2n9q". Clients treat it as opaque. The empty ID names nothing.
type ID string

// idEncoding is RFC 4648's base32hex in lower case: it sorts as its bytes do.
var idEncoding = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// NewID makes an id of a kind, by [Unique].
func NewID(k Kind, at time.Time) ID { return ID(Unique(k.prefix(), at)) }

// Unique makes a name that nothing else has from a prefix, a moment and random bits. Those
// made later sort later: 48 bits of milliseconds come first, 72 random bits follow.
func Unique(prefix string, at time.Time) string {
	var b [15]byte
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(b[:6], ms[2:])
	_, _ = rand.Read(b[6:]) // never fails: crypto/rand.Read documents it
	return prefix + "_" + idEncoding.EncodeToString(b[:])
}

// DerivedID makes an id of a kind from a seed: the same one from the same seed.
func DerivedID(k Kind, seed string) ID {
	sum := sha256.Sum256([]byte(seed))
	return ID(k.prefix() + "_" + idEncoding.EncodeToString(sum[:15]))
}

// maxIDLength bounds an id in bytes; a longer one names nothing.
const maxIDLength = 64

// Kind is the kind of the entry that the id names, and false for an id that is
// malformed: no known kind, nothing behind it, or signs other than a-z, 0-9 and "-".
func (id ID) Kind() (Kind, bool) {
	prefix, rest, _ := strings.Cut(string(id), "_")
	if rest == "" || len(id) > maxIDLength {
		return "", false
	}
	for _, r := range rest {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return "", false
		}
	}
	for _, d := range kinds {
		if d.Prefix == prefix {
			return d.Kind, true
		}
	}
	return "", false
}
