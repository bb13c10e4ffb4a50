package storage

import (
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/storage/query"
)

// keptPage is the part of a page that is cached: everything but its elements.
type keptPage struct {
	ids     []content.ID
	cursors []string
	info    content.PageInfo
	total   int
	// asked says which optional parts of the page were read.
	asked Asked
	// tags name the content from which the page was made.
	tags []cache.Tag
}

// weight estimates the size of the page in bytes.
func (p *keptPage) weight() int {
	n := 128
	for i, id := range p.ids {
		n += len(id) + len(p.cursors[i]) + 32
	}
	return n
}

// List is a request for a page of entries of one kind.
type List[F any] struct {
	// First and Last limit the page from the front or from the end. At most one is set.
	First, Last   *int
	After, Before string
	Offset        *int
	Filter        F
	// Search limits the list to the entries that match a text, at most [content.MaxMatches]. If Order is RELEVANCE, or
	// there is none, the best matches come first.
	Search string
	Order  content.Order
	// Locale is the language in which names are ordered and texts compared.
	Locale content.Locale
	// Stage is the copy that is read and compared. If it is empty, that is the published one.
	Stage content.Stage
	// Drafts are the kinds of which a slug in the filter may also name entries that were never published. It is nil
	// for readers.
	Drafts []content.Kind
	// Fields are the stored fields to read of each element.
	Fields []string
	Asked
	// matches are the entries that Search finds.
	matches []content.ID
}

// Asked says whether totalCount, hasNextPage and hasPreviousPage are requested. What is not requested is not looked
// up.
type Asked struct{ Total, Next, Previous bool }

// and returns what at least one of the two requests.
func (a Asked) and(b Asked) Asked {
	return Asked{a.Total || b.Total, a.Next || b.Next, a.Previous || b.Previous}
}

// Within and Link limit a list to the entries that belong to a parent.
type (
	Within = query.Within
	Link   = query.Link
)

// Size is the greatest number of elements on the page.
func (l List[F]) Size() int {
	switch {
	case l.First != nil:
		return max(*l.First, 0)
	case l.Last != nil:
		return max(*l.Last, 0)
	}
	return content.DefaultPage
}

// readPage is a page that was read. nodes is nil if only ids and sort keys were read.
type readPage[T any] struct {
	*keptPage
	nodes []T
}
