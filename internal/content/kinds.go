package content

import "strings"

// Descriptor is the declaration of a kind of content for the whole program. It is in the file of the kind's struct,
// whose methods have the behaviour of the kind (see [Content]). The store's part of a kind is in
// internal/storage/<kind>.go, and the relations of its fields are in graph/<kind>.go.
type Descriptor struct {
	Kind Kind
	// Prefix starts the ids of its entries: "article". Root starts their addresses: "/articles".
	Prefix, Root string
	Names        Names
	// Folder is the folder of the kind's entries in a tree of files: "articles".
	Folder string
	// Label are the stored fields from which [Content.Label] is made.
	Label []string
	// Derived are stored fields that are computed from other fields or other entries. [Diff] skips them.
	Derived []string
	// Tree reports that the entries of the kind form a tree. The stored field "parent" links to the parent, and
	// "ancestors" lists all entries above.
	Tree bool
	// Takes are the links through which an entry copies values from entries of other kinds.
	Takes []Take
	// Corrected reports that entries of the kind have corrections that readers see. [Content.Correct] adds one.
	Corrected bool
	// Page says what the preview page shows, in addition to the label.
	Page Page
	// New makes an empty copy.
	New func() Content
	// NewEntry calls [NewEntry] with the type of the kind; the result is an *Entry of that type.
	NewEntry func(copied Content, published bool) any
}

// Names has the names of a kind in the schema. `make gen` writes the generated parts of the schema from it.
type Names struct {
	// One and Many are the fields of Query for one entry and for a page of entries: "awardRound", "awardRounds".
	One, Many string
	// Noun and Nouns are used in descriptions: "an award round", "award rounds".
	Noun, Nouns string
}

// Take is a link through which entries copy values from entries of another kind. When an entry of that kind changes,
// they are updated.
type Take struct {
	From Kind
	// By is the stored field of the link.
	By string
}

// Page names the fields that the preview page shows, by their places on the page; empty for none.
type Page struct {
	Lead, Byline, Summary, Bio string
	// Cover leads to a picture, Body to rich text.
	Cover, Body string
	// Picture reports that the page shows the entry itself, as a picture.
	Picture bool
	// LabelOnly reports that the page shows only the label.
	LabelOnly bool
}

// kinds lists all kinds, in the order of the schema. A new kind needs a line here. The tests of this package and of
// others name the lines that it needs elsewhere.
var kinds = []*Descriptor{
	articleKind, authorKind, organizationKind, sectionKind, tagKind, eventKind,
	programKind, awardSeriesKind, awardRoundKind, awardKind, mediaKind,
}

// describe sets New and NewEntry of a descriptor, from E, the struct of the kind.
func describe[E any, P interface {
	*E
	Content
}](d Descriptor,
) *Descriptor {
	d.New = func() Content { return P(new(E)) }
	d.NewEntry = func(copied Content, published bool) any { return NewEntry(copied.(P), published) }
	return &d
}

// Kinds lists all kinds, in the order of the schema.
func Kinds() []Kind {
	all := make([]Kind, len(kinds))
	for i, d := range kinds {
		all[i] = d.Kind
	}
	return all
}

// Complete panics unless has returns true for every kind. The panic names the kind and the line that is missing.
func Complete(has func(Kind) bool, line string) {
	for _, k := range Kinds() {
		if !has(k) {
			panic(string(k) + ": a line is missing for the kind: " + line)
		}
	}
}

// Descriptor returns the descriptor of the kind; nil for an unknown kind.
func (k Kind) Descriptor() *Descriptor {
	for _, d := range kinds {
		if d.Kind == k {
			return d
		}
	}
	return nil
}

// Names returns the names of the kind in the schema.
func (k Kind) Names() Names {
	if d := k.Descriptor(); d != nil {
		return d.Names
	}
	return Names{}
}

// prefix returns the beginning of the ids of the kind.
func (k Kind) prefix() string {
	if d := k.Descriptor(); d != nil {
		return d.Prefix
	}
	return ""
}

// Root returns the beginning of the paths of the kind: "/articles".
func (k Kind) Root() string {
	if d := k.Descriptor(); d != nil {
		return d.Root
	}
	return ""
}

// Path returns the path on the site of the entry of this kind with a slug: "/articles/hoi-nghi". It is empty for an
// empty slug.
func (k Kind) Path(slug string) string {
	if root := k.Root(); root != "" && slug != "" {
		return root + "/" + slug
	}
	return ""
}

// ParsePath returns the kind and the slug of a path on the site: the opposite of [Kind.Path]. It returns false for a
// path of no kind.
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
