package content

import "time"

// Filters say which entries to list. They are typed values; only the store turns
// them into a query, so no client's text is ever a key or an operator.

// Bounds of filters and pages; what is over them is refused, not cut.
const (
	MaxFilterDepth  = 5     // how deep and, or, not may nest
	MaxFilterParts  = 20    // members of one and, or
	MaxFilterValues = 100   // members of one in, notIn, ids with slugs
	MaxFilterText   = 1000  // characters of one text
	MaxPage         = 100   // elements of a page
	DefaultPage     = 20    // elements of a page when nothing is said
	MaxOffset       = 10000 // elements passed over
)

// MaxFilterConditions is how many comparisons all filters of an operation have at most, with the filters that they combine.
// It is checked before anything of the operation runs.
const MaxFilterConditions = 200

// Bounds of a `where` in a filter by a relation.
const (
	MaxWhereDepth   = 2    // how many relations a filter reaches through
	MaxWhereEntries = 1000 // entries that one `where` holds for
)

// Filter is a pointer to the filter of a kind: ArticleFilter and the others. It combines filters of its own kind.
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

// Parts gives the combinators of a filter.
func (l *Logic[F]) Parts() *Logic[F] { return l }

// Common is what the entries of every kind are filtered by.
type Common struct {
	ID          *IDFilter
	Slug        *StringFilter
	CreatedAt   *DateTimeFilter
	UpdatedAt   *DateTimeFilter
	PublishedAt *DateTimeFilter
	Status      *StatusFilter
}

// CommonParts gives what the filters of all kinds have.
func (c *Common) CommonParts() *Common { return c }

// Match compares a value with others of its type.
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

// StringFilter compares a text. StartsWith and Contains are blind to case and accents.
type StringFilter struct {
	Match[string]
	Exists     *bool
	StartsWith *string
	Contains   *string
}

// The filters of values that people wrote in the schema; the others stand in kinds_gen.go.
type (
	IDFilter       = Match[ID]
	IntFilter      = Range[int]
	DateTimeFilter = Range[time.Time]
	StatusFilter   = Match[State]
	ActionFilter   = Match[Action]
)

// RelationFilter follows a link to entries of another kind, whose filter F is. All that is given must hold.
type RelationFilter[F any] struct {
	// IDs and Slugs together are one list: a link to any of them is enough, unless All.
	IDs   []ID
	Slugs []string
	All   *bool
	// Where must hold for at least one of the entries that are linked.
	Where F
	// None turns the list and Where round: no link may lead to what they name. Without both of them, none may lead anywhere.
	None   *bool
	Exists *bool
}
