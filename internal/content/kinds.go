package content

import "strings"

// Descriptor says what the whole program has to know of a kind of content. It stands beside the kind's struct; what a
// kind does with a copy are the methods of the struct (see [Content]). The store's part of a kind is in
// internal/storage/<kind>.go, the relations of its fields are in graph/<kind>.go.
type Descriptor struct {
	Kind Kind
	// Prefix starts the ids of its entries: "article". Root starts their addresses: "/articles".
	Prefix, Root string
	Names        Names
	// Folder is where a tree of files has the entries of the kind: "articles".
	Folder string
	// Label are the stored fields from which [Content.Label] is made.
	Label []string
	// Derived are stored fields that follow from others or from other entries; who compares copies does not compare them.
	Derived []string
	// Tree tells that entries of the kind stand below each other: the stored field "parent" is the link, "ancestors" are
	// those above.
	Tree bool
	// Takes are the links over which an entry takes something over from entries of other kinds.
	Takes []Take
	// Corrected tells that readers are told of corrections: [Content.Correct] takes them in.
	Corrected bool
	// Page is what the page of a preview shows beside the label.
	Page Page
	// New makes an empty copy.
	New func() Content
	// NewEntry is [NewEntry] for a copy of the kind, as an entry of the kind's own type.
	NewEntry func(copied Content, published bool) any
}

// Names is what the contract calls a kind. `make gen` writes the schema's boilerplate from it.
type Names struct {
	// One and Many are the fields of Query that lead to one entry and to a page of them: "awardRound", "awardRounds".
	One, Many string
	// Noun and Nouns stand in descriptions: "an award round", "award rounds".
	Noun, Nouns string
}

// Take is a link over which entries take something over from entries of another kind: when such an entry changes, they
// are brought up to date.
type Take struct {
	From Kind
	// By is the stored field of the link.
	By string
}

// Page names the fields that the page of a preview shows, by their places on the page; empty for none.
type Page struct {
	Lead, Byline, Summary, Bio string
	// Cover leads to a picture, Body to rich text.
	Cover, Body string
	// Picture tells that the entry is itself what is shown.
	Picture bool
	// LabelOnly tells that there is nothing to show but the label.
	LabelOnly bool
}

// kinds lists every kind, in the order of the contract. A new kind is a line here; the tests of this package and of the
// others name the lines that it needs elsewhere.
var kinds = []*Descriptor{
	articleKind, authorKind, organizationKind, sectionKind, tagKind, eventKind,
	programKind, awardSeriesKind, awardRoundKind, awardKind, mediaKind,
}

// describe completes a descriptor with what follows from the struct of the kind: E.
func describe[E any, P interface {
	*E
	Content
}](d Descriptor,
) *Descriptor {
	d.New = func() Content { return P(new(E)) }
	d.NewEntry = func(copied Content, published bool) any { return NewEntry(copied.(P), published) }
	return &d
}

// Kinds lists every kind, in the order of the contract.
func Kinds() []Kind {
	all := make([]Kind, len(kinds))
	for i, d := range kinds {
		all[i] = d.Kind
	}
	return all
}

// Complete panics unless a part of the program has something for every kind: it names the line that is missing.
func Complete(has func(Kind) bool, line string) {
	for _, k := range Kinds() {
		if !has(k) {
			panic(string(k) + ": a line is missing for the kind: " + line)
		}
	}
}

// Descriptor is what is said of the kind; nil where there is no such kind.
func (k Kind) Descriptor() *Descriptor {
	for _, d := range kinds {
		if d.Kind == k {
			return d
		}
	}
	return nil
}

// Names is what the contract calls the kind.
func (k Kind) Names() Names {
	if d := k.Descriptor(); d != nil {
		return d.Names
	}
	return Names{}
}

// prefix is what the ids of the kind start with.
func (k Kind) prefix() string {
	if d := k.Descriptor(); d != nil {
		return d.Prefix
	}
	return ""
}

// Root is where the addresses of the kind start: "/articles".
func (k Kind) Root() string {
	if d := k.Descriptor(); d != nil {
		return d.Root
	}
	return ""
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
	for _, d := range kinds {
		if d.Root[1:] == first {
			return d.Kind, slug, true
		}
	}
	return "", "", false
}
