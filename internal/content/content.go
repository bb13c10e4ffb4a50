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

// The kinds of content.
const (
	KindArticle      Kind = "Article"
	KindAuthor       Kind = "Author"
	KindOrganization Kind = "Organization"
	KindSection      Kind = "Section"
	KindTag          Kind = "Tag"
	KindEvent        Kind = "Event"
	KindProgram      Kind = "Program"
	KindAwardSeries  Kind = "AwardSeries"
	KindAwardRound   Kind = "AwardRound"
	KindAward        Kind = "Award"
	KindMedia        Kind = "Media"
)

// Names is what the contract calls a kind. `make gen` writes the schema's boilerplate from it.
type Names struct {
	// One and Many are the fields of Query that lead to one entry and to a page of them: "awardRound", "awardRounds".
	One, Many string
	// Noun and Nouns stand in descriptions: "an award round", "award rounds".
	Noun, Nouns string
}

// kindNames has what is written for a kind in ids, in paths and in the contract.
var kindNames = []struct {
	kind         Kind
	prefix, root string
	names        Names
}{
	{KindArticle, "article", "/articles", Names{"article", "articles", "an article", "articles"}},
	{KindAuthor, "author", "/authors", Names{"author", "authors", "an author", "authors"}},
	{KindOrganization, "organization", "/organizations", Names{"organization", "organizations", "an organization", "organizations"}},
	{KindSection, "section", "/sections", Names{"section", "sections", "a section", "sections"}},
	{KindTag, "tag", "/tags", Names{"tag", "tags", "a tag", "tags"}},
	{KindEvent, "event", "/events", Names{"event", "events", "an event", "events"}},
	{KindProgram, "program", "/programs", Names{"program", "programs", "a programme", "programmes"}},
	{KindAwardSeries, "series", "/award-series", Names{"awardSeries", "awardSeriesList", "an award series", "award series"}},
	{KindAwardRound, "round", "/award-rounds", Names{"awardRound", "awardRounds", "an award round", "award rounds"}},
	{KindAward, "award", "/awards", Names{"award", "awards", "an award", "awards"}},
	{KindMedia, "media", "/media-items", Names{"media", "mediaItems", "a medium", "media"}},
}

// Kinds lists every kind, in the order of the contract.
func Kinds() []Kind {
	kinds := make([]Kind, len(kindNames))
	for i, k := range kindNames {
		kinds[i] = k.kind
	}
	return kinds
}

// prefix is what the ids of the kind start with.
func (k Kind) prefix() string {
	for _, n := range kindNames {
		if n.kind == k {
			return n.prefix
		}
	}
	return ""
}

// Root is where the addresses of the kind start: "/articles".
func (k Kind) Root() string {
	for _, n := range kindNames {
		if n.kind == k {
			return n.root
		}
	}
	return ""
}

// Names is what the contract calls the kind.
func (k Kind) Names() Names {
	for _, n := range kindNames {
		if n.kind == k {
			return n.names
		}
	}
	return Names{}
}

// Path is the address on the site of the entry of this kind with a slug:
// "/articles/hoi-nghi". An empty slug has no address.
func (k Kind) Path(slug string) string {
	if root := k.Root(); root != "" && slug != "" {
		return root + "/" + slug
	}
	return ""
}

// ParsePath takes an address on the site apart: the opposite of [Kind.Path]. It
// answers false for an address that is of no kind.
func ParsePath(path string) (Kind, string, bool) {
	first, slug, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	slug = strings.TrimSuffix(slug, "/")
	if !ok || !strings.HasPrefix(path, "/") || slug == "" || strings.Contains(slug, "/") {
		return "", "", false
	}
	for _, n := range kindNames {
		if n.root[1:] == first {
			return n.kind, slug, true
		}
	}
	return "", "", false
}

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
	for _, n := range kindNames {
		if n.prefix == prefix {
			return n.kind, true
		}
	}
	return "", false
}
