// Package content is the domain of Sen: the kinds of content, text in several languages, rich text, and their rules. It
// does no I/O and imports no other package of the project.
//
// There is one struct for each kind. The store saves it, the rules check it, and GraphQL answers from it. Its `json`
// tags are the names of the stored fields in the store, in sample files and in exports.
package content

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// Kind is a kind of content. Its value is the name of the GraphQL type.
type Kind string

// ID is the id of an entry: the prefix of its kind, an underscore, and a unique part, such as "article_01jd3v7k2n9q".
// Clients treat it as opaque. No entry has the empty ID.
type ID string

// idEncoding is base32hex of RFC 4648 in lower case: encoded texts sort in the same order as their bytes.
var idEncoding = base32.NewEncoding("0123456789abcdefghijklmnopqrstuv").WithPadding(base32.NoPadding)

// NewID makes an id of a kind with [Unique].
func NewID(k Kind, at time.Time) ID { return ID(Unique(k.prefix(), at)) }

// Unique makes a unique name from a prefix, a time and random bits: 48 bits of milliseconds, then 72 random bits. So
// names that are made later sort later.
func Unique(prefix string, at time.Time) string {
	var b [15]byte
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(b[:6], ms[2:])
	_, _ = rand.Read(b[6:]) // never fails: crypto/rand.Read documents it
	return prefix + "_" + idEncoding.EncodeToString(b[:])
}

// DerivedID makes an id of a kind from a seed. The same seed gives the same id.
func DerivedID(k Kind, seed string) ID {
	sum := sha256.Sum256([]byte(seed))
	return ID(k.prefix() + "_" + idEncoding.EncodeToString(sum[:15]))
}

// maxIDLength is the largest length of an id, in bytes. A longer id is malformed.
const maxIDLength = 64

// Kind returns the kind of the entry with this id; false if the id is malformed: an unknown prefix, nothing after the
// prefix, or characters other than a-z, 0-9 and "-".
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
