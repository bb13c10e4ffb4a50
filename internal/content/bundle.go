package content

import "io"

// Bundle is content to import as one: entries that link to each other by id, and
// the site that they belong to.
type Bundle struct {
	// Site replaces the site's settings; nil leaves them as they are.
	Site  *Site
	Items []Item
}

// Item is one entry of a bundle.
type Item struct {
	// Content is the entry's copy. Its id, slug and times are set; what follows from
	// other entries (a breadcrumb, an award's year) is worked out by the import.
	Content Content
	// Draft keeps the copy as a draft that no reader sees.
	Draft bool
	// Open reads the bytes of a medium; nil for every other kind.
	Open func() (io.ReadCloser, error)
}
