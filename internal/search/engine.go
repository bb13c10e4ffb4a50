package search

import (
	"context"

	"sen/internal/content"
)

// Engine is an index of documents: bleve in a folder, or an OpenSearch server. It knows nothing about languages or
// ranking: the tokens of its documents and queries come from this package, so that all engines find the same
// documents in the same order.
//
// An index has one collection of documents for each [Stage]. So nothing about drafts, not even a frequency, reaches a
// reader of published content.
type Engine interface {
	// Write applies changes to the index. When it returns, searches see them. A change with a lower version than the
	// document has in the index is ignored, so changes may come again and in any order.
	Write(ctx context.Context, changes []Change) error
	// Find returns the best hits of a request.
	Find(ctx context.Context, r Request) (*Result, error)
	// Frequencies returns the number of documents of some stages, and for each term how many of them have it.
	Frequencies(ctx context.Context, stages []Stage, terms []Term) (total int, frequencies []int, err error)
	// Expand returns the terms of a field that begin with a prefix or are one edit (an insertion, a deletion or a
	// replacement of one letter) away from a text, with their frequencies; the most frequent first, then in the order
	// of the text; at most limit.
	Expand(ctx context.Context, stages []Stage, e Expansion, limit int) ([]Expanded, error)
	// Signatures calls a function with the signature of every document of a stage.
	Signatures(ctx context.Context, stage Stage, each func(id content.ID, signature string) error) error
	// Documents returns the number of documents of a stage.
	Documents(ctx context.Context, stage Stage) (int, error)
	// Close releases the engine.
	Close() error
}

// Stage names a collection of documents.
type Stage string

// The stages.
const (
	// Published has the published copy of every entry that has one.
	Published Stage = "published"
	// Drafts has the working copy of every entry where it differs from the published copy, or there is none. The
	// published copy then has [KeyChanged].
	Drafts Stage = "drafts"
)

// Change puts a document into a stage, or removes one.
type Change struct {
	Stage Stage
	ID    content.ID
	// Version orders the changes of one document. It comes from the store's time, in microseconds.
	Version int64
	// Document is nil to remove the document.
	Document *Document
}

// Document is what the index has of one copy of an entry.
type Document struct {
	// Signature tells whether the document is up to date; see [Engine.Signatures].
	Signature string
	// Tokens has the tokens of each text field, in their order. No token contains white space.
	Tokens map[Field][]string
	// Keys has exact values by which documents are filtered and counted.
	Keys map[Key][]string
	// Times has times in Unix milliseconds, by which documents are filtered and ordered.
	Times map[Time]int64
}

// Field is a field with tokens.
type Field string

// The fields with tokens. Each class of texts has its syllables, its bigrams, and its exact bigrams. All has those of
// every class together.
const (
	Title Field = "title" // the label of an entry, and its short name
	Name  Field = "name"  // names of persons, groups and places in an entry; numbers of decisions
	Lead  Field = "lead"  // leads, summaries, descriptions
	All   Field = "all"   // all texts, bodies too

	// Whole has each title as one token: its folded form, with "_" for spaces.
	Whole Field = "whole"
	// WholeExact is Whole with accents.
	WholeExact Field = "wholeExact"
)

// Bigrams is the field with the bigrams of neighbouring folded syllables of a class: "hoi_nghi"; for All, their hashes.
func (f Field) Bigrams() Field { return f + "2" }

// Exact is the field with the bigrams of a class as they are spelled, with accents: "hội_nghị". A text of one syllable
// has that syllable.
func (f Field) Exact() Field { return f + "X" }

// Fields lists all fields with tokens.
func Fields() []Field {
	fields := []Field{Whole, WholeExact}
	for _, class := range []Field{Title, Name, Lead, All} {
		fields = append(fields, class, class.Bigrams(), class.Exact())
	}
	return fields
}

// Key is a field with exact values.
type Key string

// The fields with exact values. Those of links have ids.
const (
	KeyKind         Key = "kind"
	KeySection      Key = "section" // the section and all above it
	KeyTag          Key = "tag"
	KeyOrganization Key = "organization"
	KeyAuthor       Key = "author"
	KeyEvent        Key = "event"
	KeyProgram      Key = "program"
	KeyYear         Key = "year"
	KeyLevel        Key = "level"
	KeyStatus       Key = "status"
	KeyLocale       Key = "locale"
	// KeyChanged has "yes" in published copies of entries that have a document among the drafts.
	KeyChanged Key = "changed"
)

// Keys lists all fields with exact values.
func Keys() []Key {
	return []Key{
		KeyKind, KeySection, KeyTag, KeyOrganization, KeyAuthor, KeyEvent, KeyProgram, KeyYear, KeyLevel, KeyStatus,
		KeyLocale, KeyChanged,
	}
}

// Time is a field with a time.
type Time string

// The fields with times.
const (
	// TimeSort orders documents with equal scores, the newest first. Every document has it.
	TimeSort      Time = "sort"
	TimePublished Time = "published"
	TimeUpdated   Time = "updated"
	TimeCreated   Time = "created"
	// TimeStarts is the beginning of an event.
	TimeStarts Time = "starts"
)

// Times lists all fields with times.
func Times() []Time { return []Time{TimeSort, TimePublished, TimeUpdated, TimeCreated, TimeStarts} }

// Query selects documents. It is one of Term, Prefix, KeyIs, Between, AllOf, AnyOf, Not, AtLeast, Everything.
type Query interface{ query() }

type (
	// Term selects the documents that have a token in a field.
	Term struct {
		Field Field
		Text  string
	}
	// Prefix selects the documents that have a token in a field that begins with a text.
	Prefix struct {
		Field Field
		Text  string
	}
	// KeyIs selects the documents with one of some values in a field.
	KeyIs struct {
		Key    Key
		Values []string
	}
	// Between selects the documents with a time in a range, in Unix milliseconds; nil for no bound. Both bounds are
	// included.
	Between struct {
		Time     Time
		From, To *int64
	}
	// AllOf selects the documents that all queries select; all documents if there are none.
	AllOf []Query
	// AnyOf selects the documents that at least one query selects.
	AnyOf []Query
	// Not selects the documents that a query does not select.
	Not struct{ Query Query }
	// AtLeast selects the documents that at least N of some queries select.
	AtLeast struct {
		N  int
		Of []Query
	}
	// Everything selects all documents.
	Everything struct{}
)

func (Term) query()       {}
func (Prefix) query()     {}
func (KeyIs) query()      {}
func (Between) query()    {}
func (AllOf) query()      {}
func (AnyOf) query()      {}
func (Not) query()        {}
func (AtLeast) query()    {}
func (Everything) query() {}

// Boost adds a weight to the score of the documents that a query selects.
type Boost struct {
	Query  Query
	Weight int
}

// Request asks for hits. The score of a hit is the sum of the weights of the boosts that select it: a whole number
// below 2²⁴, which is exact in every engine. Hits are ordered by score, the highest first; then by TimeSort, the newest
// first; then by id.
type Request struct {
	// Stages has one or more stages, whose hits are merged.
	Stages []Stage
	// Match selects the documents.
	Match  Query
	Boosts []Boost
	// After is the place after which the hits begin; nil for the first ones. Size is the largest number of hits.
	After *Place
	Size  int
	// Facets are the fields whose values are counted over all selected documents, with the largest number of values.
	Facets map[Key]int
	// Uncounted means that Total is not needed.
	Uncounted bool
}

// Place is the place of a hit in the order of a request.
type Place struct {
	Score int
	Time  int64
	ID    content.ID
}

// Result is the answer to a request.
type Result struct {
	Hits []Place
	// Total is the number of selected documents.
	Total int
	// Facets has the most frequent values of each field that was asked for; then in the order of the values.
	Facets map[Key][]Bucket
}

// Bucket is a value of a field, and how many documents have it.
type Bucket struct {
	Value string
	Count int
}

// Expansion names terms of a field.
type Expansion struct {
	Field Field
	// Text is a prefix, or if Typo is true, a text from which the terms are one edit away.
	Text string
	Typo bool
}

// Expanded is a term and the number of documents that have it.
type Expanded struct {
	Text  string
	Count int
}
