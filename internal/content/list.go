package content

// Order names an order of a list, such as PUBLISHED_AT_DESC. Which ones a kind
// has stands in the schema; what each means to the store stands in mongodb.
type Order string

// Stage is which copy of an entry is read.
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
	// TotalCount is how many the whole list has; it is counted only when asked for.
	TotalCount int
	// Cursors are the places of Nodes in the order, one each.
	Cursors []string
}

// Edge is one element of a page with its place.
type Edge[T any] struct {
	Node   T
	Cursor string
}

// Edges pairs the elements of the page with their places.
func (c *Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.Nodes))
	for i, node := range c.Nodes {
		edges[i] = Edge[T]{Node: node, Cursor: c.Cursors[i]}
	}
	return edges
}

// PageInfo says where a page stands in its list. Its cursors are nil on an empty page.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// The page of revisions and its elements; those of the kinds stand in kinds_gen.go.
type (
	RevisionConnection = Connection[*Revision]
	RevisionEdge       = Edge[*Revision]
)
