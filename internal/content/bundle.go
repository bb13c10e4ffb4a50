package content

import "io"

// Bundle is content that is imported together: the entries, which link to each other by id, and the settings of their
// site.
type Bundle struct {
	// Site replaces the site's settings; nil leaves them as they are.
	Site  *Site
	Items []Item
}

// Item is one entry of a bundle.
type Item struct {
	// Content is the entry's copy. Its id, slug and times are set. The import computes what is derived from other
	// entries (a breadcrumb, an award's year).
	Content Content
	// Draft imports the copy as a draft, which readers do not see.
	Draft bool
	// Open reads the bytes of a medium; nil for every other kind.
	Open func() (io.ReadCloser, error)
}
