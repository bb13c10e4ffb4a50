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

// The filters of single values.
type (
	IDFilter           = Match[ID]
	IntFilter          = Range[int]
	DateTimeFilter     = Range[time.Time]
	StatusFilter       = Match[State]
	ActionFilter       = Match[Action]
	EventTypeFilter    = Match[EventType]
	EventStatusFilter  = Match[EventStatus]
	AwardLevelFilter   = Match[AwardLevel]
	AwardPhaseFilter   = Match[AwardPhase]
	AwardOutcomeFilter = Match[AwardOutcome]
	MediaKindFilter    = Match[MediaKind]
)

// RelationFilter follows a link to other entries. IDs and Slugs together are one
// list: any of them is enough, unless All.
type RelationFilter struct {
	IDs    []ID
	Slugs  []string
	All    *bool
	Exists *bool
}

// ArticleFilter says which articles to list.
type ArticleFilter struct {
	Logic[*ArticleFilter]
	Common
	Title         *StringFilter
	Section       *RelationFilter
	Authors       *RelationFilter
	Tags          *RelationFilter
	Events        *RelationFilter
	Awards        *RelationFilter
	Programs      *RelationFilter
	Organizations *RelationFilter
}

// AuthorFilter says which authors to list.
type AuthorFilter struct {
	Logic[*AuthorFilter]
	Common
	Name         *StringFilter
	Organization *RelationFilter
}

// OrganizationFilter says which organizations to list.
type OrganizationFilter struct {
	Logic[*OrganizationFilter]
	Common
	Name      *StringFilter
	ShortName *StringFilter
	Parent    *RelationFilter
}

// SectionFilter says which sections to list.
type SectionFilter struct {
	Logic[*SectionFilter]
	Common
	Name   *StringFilter
	Parent *RelationFilter
}

// TagFilter says which tags to list.
type TagFilter struct {
	Logic[*TagFilter]
	Common
	Name *StringFilter
}

// EventFilter says which events to list.
type EventFilter struct {
	Logic[*EventFilter]
	Common
	Name        *StringFilter
	Type        *EventTypeFilter
	EventStatus *EventStatusFilter
	StartsAt    *DateTimeFilter
	EndsAt      *DateTimeFilter
	Organizers  *RelationFilter
	Programs    *RelationFilter
	Tags        *RelationFilter
}

// ProgramFilter says which programmes to list.
type ProgramFilter struct {
	Logic[*ProgramFilter]
	Common
	Name         *StringFilter
	StartYear    *IntFilter
	EndYear      *IntFilter
	Organization *RelationFilter
}

// AwardSeriesFilter says which award series to list.
type AwardSeriesFilter struct {
	Logic[*AwardSeriesFilter]
	Common
	Name          *StringFilter
	ShortName     *StringFilter
	Organizations *RelationFilter
}

// AwardRoundFilter says which award rounds to list.
type AwardRoundFilter struct {
	Logic[*AwardRoundFilter]
	Common
	Name     *StringFilter
	Series   *RelationFilter
	Year     *IntFilter
	Level    *AwardLevelFilter
	Phase    *AwardPhaseFilter
	Ceremony *RelationFilter
}

// AwardFilter says which awards to list.
type AwardFilter struct {
	Logic[*AwardFilter]
	Common
	Title         *StringFilter
	Round         *RelationFilter
	Series        *RelationFilter
	Year          *IntFilter
	Level         *AwardLevelFilter
	Rank          *IntFilter
	Outcome       *AwardOutcomeFilter
	Event         *RelationFilter
	Organizations *RelationFilter
	Authors       *RelationFilter
}

// MediaFilter says which media to list.
type MediaFilter struct {
	Logic[*MediaFilter]
	Common
	FileName *StringFilter
	Kind     *MediaKindFilter
	MimeType *StringFilter
}
