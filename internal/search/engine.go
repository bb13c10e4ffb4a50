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
	// Write applies changes to the index. When it returns, searches see them. Of the changes of one document of a stage,
	// the one with the highest version holds, and of equal versions the last one, so changes may come again and in any
	// order, several times in one call too. The versions of removed documents are known until Close or longer.
	Write(ctx context.Context, changes []Change) error
	// Find returns the best hits of a request. Here and below, a context that has ended is an error.
	Find(ctx context.Context, r Request) (*Result, error)
	// Frequencies returns the number of documents of some stages, and for each term how many of them have it. An entry
	// with a document in each of two stages counts twice.
	Frequencies(ctx context.Context, stages []Stage, terms []Term) (total int, frequencies []int, err error)
	// Expand returns the terms of a field that begin with a prefix or are one edit away from a text, with their
	// frequencies; the most frequent first, then in the order of their bytes; at most limit. One edit is the insertion,
	// deletion or replacement of one letter: the text itself is not among its typos, and neither are those with two
	// letters in the other order. A prefix is among its own terms, if a document has it.
	Expand(ctx context.Context, stages []Stage, e Expansion, limit int) ([]Expanded, error)
	// Signatures calls a function with the signature of every document of a stage, in any order. It ends with the first
	// error of the function.
	Signatures(ctx context.Context, stage Stage, each func(id content.ID, signature string) error) error
	// Documents returns the number of documents of a stage.
	Documents(ctx context.Context, stage Stage) (int, error)
	// Close releases the engine. Later calls return errors, except that of Close.
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

// The fields with tokens. Each class of texts has its syllables, its bigrams, and both as they are spelled. All has
// those of every class together.
const (
	Title Field = "title" // the label of an entry, and its short name
	Name  Field = "name"  // names of persons, groups and places in an entry; numbers of decisions
	Lead  Field = "lead"  // leads, summaries, descriptions
	All   Field = "all"   // all texts, bodies too

	// Whole has each title as one token: its folded form, with "_" for spaces.
	Whole Field = "whole"
	// WholeExact has each title that has accents as one token, with its accents.
	WholeExact Field = "wholeExact"
)

// Bigrams is the field with the bigrams of neighbouring folded syllables of a class: "hoi_nghi"; for All, their hashes.
func (f Field) Bigrams() Field { return f + "2" }

// Exact is the field with the syllables and bigrams of a class as they are spelled, but only those with accents: "hội",
// "hội_nghị". The others are the same in the other fields of the class.
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
	// KeyIs selects the documents with one of some values in a field; none if there are no values.
	KeyIs struct {
		Key    Key
		Values []string
	}
	// Between selects the documents with a time in a range, in Unix milliseconds; nil for no bound. Both bounds are
	// included. Documents without the time are not selected.
	Between struct {
		Time     Time
		From, To *int64
	}
	// AllOf selects the documents that all queries select. Without queries it selects every document.
	AllOf []Query
	// AnyOf selects the documents that at least one query selects. Without queries it selects nothing.
	AnyOf []Query
	// Not selects the documents that a query does not select.
	Not struct{ Query Query }
	// AtLeast selects the documents that at least N of some queries select; every document if N is 0.
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
	// Stages has one or more stages, whose hits are merged. Match must not select an entry in two of them.
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

// IDs returns the ids of hits, in their order.
func IDs(hits []Place) []content.ID {
	ids := make([]content.ID, len(hits))
	for i, hit := range hits {
		ids[i] = hit.ID
	}
	return ids
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
