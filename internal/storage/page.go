package storage

import (
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/storage/query"
)

// keptPage is a page that was read, without its elements.
type keptPage struct {
	ids     []content.ID
	cursors []string
	info    content.PageInfo
	total   int
	// asked tells what was looked up of it.
	asked Asked
	// tags are what it was made from.
	tags []cache.Tag
}

// weight is about how many bytes the page takes.
func (p *keptPage) weight() int {
	n := 128
	for i, id := range p.ids {
		n += len(id) + len(p.cursors[i]) + 32
	}
	return n
}

// List asks for a page of entries of one kind.
type List[F any] struct {
	// First and Last bound the page from the front or from the end; at most one is set.
	First, Last   *int
	After, Before string
	Offset        *int
	Filter        F
	Order         content.Order
	// Locale is the language in which names are ordered and texts compared.
	Locale content.Locale
	// Stage is the copy that is read and compared; the published one when it is empty.
	Stage content.Stage
	// Drafts are the kinds of which a slug in the filter also leads to what was never published; nil for readers.
	Drafts []content.Kind
	// Fields are the stored fields to read of each element.
	Fields []string
	Asked
}

// Asked says whether totalCount, hasNextPage and hasPreviousPage are asked for: what
// nobody reads is not looked up.
type Asked struct{ Total, Next, Previous bool }

// and is what either asks for.
func (a Asked) and(b Asked) Asked {
	return Asked{a.Total || b.Total, a.Next || b.Next, a.Previous || b.Previous}
}

// Within and Link bound a list to what a parent has.
type (
	Within = query.Within
	Link   = query.Link
)

// Size is how many elements the page has at most.
func (l List[F]) Size() int {
	switch {
	case l.First != nil:
		return max(*l.First, 0)
	case l.Last != nil:
		return max(*l.Last, 0)
	}
	return content.DefaultPage
}

// readPage is a page as it was read; nodes is nil where only the elements' places were.
type readPage[T any] struct {
	*keptPage
	nodes []T
}
