package content

// Order is the name of an order of a list, such as PUBLISHED_AT_DESC. The schema has the orders of each kind;
// internal/storage/<kind>.go has their sort keys.
type Order string

// Stage says which copy of an entry is read.
type Stage string

// The stages of reading.
const (
	StagePublished Stage = "PUBLISHED"
	StageDraft     Stage = "DRAFT"
)

// Connection is a page of a list, by the Relay cursor specification.
type Connection[T any] struct {
	Nodes    []T
	PageInfo PageInfo
	// TotalCount is the number of elements of the whole list. It is counted only if it is selected.
	TotalCount int
	// Cursors are the cursors of Nodes, in the same order.
	Cursors []string
}

// Edge is one element of a page with its cursor.
type Edge[T any] struct {
	Node   T
	Cursor string
}

// Edges returns the elements of the page with their cursors.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.Nodes))
	for i, node := range c.Nodes {
		edges[i] = Edge[T]{Node: node, Cursor: c.Cursors[i]}
	}
	return edges
}

// PageInfo is the position of a page in its list. Its cursors are nil on an empty page.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// The page type of revisions. The page types of the kinds are in kinds_gen.go.
type (
	RevisionConnection = Connection[*Revision]
	RevisionEdge       = Edge[*Revision]
)
