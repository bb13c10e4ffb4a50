package content

import "time"

// Filters select the entries of a list. They are typed values, and only the store makes queries from them. So no text
// of a client can become a key or an operator.

// Limits of filters and pages. A value over its limit is refused, not reduced.
const (
	MaxFilterDepth  = 5     // how deep and, or, not may nest
	MaxFilterParts  = 20    // members of one and, or
	MaxFilterValues = 100   // members of one in, notIn, ids with slugs
	MaxFilterText   = 1000  // characters of one text
	MaxPage         = 100   // elements of a page
	DefaultPage     = 20    // elements of a page without first and last
	MaxOffset       = 10000 // elements to skip
	MaxSearchText   = 1000  // characters of a search
	MaxMatches      = 10000 // entries that one search finds
)

// MaxFilterConditions is the largest number of conditions of all filters of an operation: comparisons and combined
// filters. It is checked before the operation runs.
const MaxFilterConditions = 200

// Limits of a `where` in a relation filter.
const (
	MaxWhereDepth   = 2    // levels of `where` in each other
	MaxWhereEntries = 1000 // entries that match one `where`
)

// Filter is a pointer to the filter of a kind, such as ArticleFilter. It can combine filters of its own kind.
type Filter[F any] interface {
	Parts() *Logic[F]
	CommonParts() *Common
}

// Logic combines filters of one kind.
type Logic[F any] struct {
	And []F
	Or  []F
	Not F
}

// Parts returns the combined filters.
func (l *Logic[F]) Parts() *Logic[F] { return l }

// Common has the conditions that the filters of all kinds have.
type Common struct {
	ID          *IDFilter
	Slug        *StringFilter
	CreatedAt   *DateTimeFilter
	UpdatedAt   *DateTimeFilter
	PublishedAt *DateTimeFilter
	Status      *StatusFilter
}

// CommonParts returns the conditions that the filters of all kinds have.
func (c *Common) CommonParts() *Common { return c }

// Match compares a value for equality.
type Match[V any] struct {
	Eq    *V
	Ne    *V
	In    []V
	NotIn []V
}

// Range compares a value that has an order.
type Range[V any] struct {
	Match[V]
	Exists *bool
	Gt     *V
	Gte    *V
	Lt     *V
	Lte    *V
}

// StringFilter compares a text. StartsWith and Contains ignore case and accents.
type StringFilter struct {
	Match[string]
	Exists     *bool
	StartsWith *string
	Contains   *string
}

// The filters of values that are written by hand in the schema. The generated ones are in kinds_gen.go.
type (
	IDFilter       = Match[ID]
	IntFilter      = Range[int]
	DateTimeFilter = Range[time.Time]
	StatusFilter   = Match[State]
	ActionFilter   = Match[Action]
)

// RelationFilter follows a link to entries of another kind. F is the filter of that kind. All given conditions must
// hold.
type RelationFilter[F any] struct {
	// IDs and Slugs are one list. A link to one of these entries is enough; with All, there must be a link to each.
	IDs   []ID
	Slugs []string
	All   *bool
	// Where must match at least one of the linked entries.
	Where F
	// None reverses the list and Where: there must be no link to the entries that they select. Without both, there must
	// be no link at all.
	None   *bool
	Exists *bool
}
