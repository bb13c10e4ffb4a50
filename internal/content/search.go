package content

import (
	"strconv"
	"time"
)

// Searched is what readers can search for in a copy of an entry. Each kind has a method Searched.
type Searched struct {
	// Texts are the texts, in the order in which highlights of equal strength are shown.
	Texts []SearchText
	// ShortName is the abbreviation of the entry's label: a search for one of them finds the other, too.
	ShortName Text
	// The links by which hits are filtered and counted. Sections has the section and all sections above it.
	Sections, Tags, Organizations, Authors, Events, Programs []ID
	// Year is the year to which the entry belongs; 0 for none.
	Year int
	// Level is the level of an award.
	Level AwardLevel
	// StartsAt is the beginning of an event; zero for none.
	StartsAt time.Time
}

// SearchText is a text that can be searched. Text or Body is set.
type SearchText struct {
	// Field is the field of the schema, such as "title".
	Field string
	Class SearchClass
	Text  Text
	Body  RichText
}

// SearchClass is the weight of a text in a search: a hit in a higher class comes first.
type SearchClass int

// The classes, the highest first.
const (
	// SearchTitle is for the label of an entry, and its short name.
	SearchTitle SearchClass = iota
	// SearchName is for names of persons, groups, places and products in an entry, and for numbers of documents.
	SearchName
	// SearchLead is for leads, summaries and descriptions.
	SearchLead
	// SearchBody is for long texts.
	SearchBody
)

// named returns the texts of an entry with a name, a short name and a description; nil for one that the kind lacks.
func named(name, shortName, description Text) []SearchText {
	return []SearchText{
		{Field: "name", Class: SearchTitle, Text: name},
		{Field: "shortName", Class: SearchTitle, Text: shortName},
		{Field: "description", Class: SearchLead, Text: description},
	}
}

// same returns a text that is the same in every language; nil for an empty one.
func same(text string) Text {
	if text == "" {
		return nil
	}
	return Text{Undetermined: text}
}

// idsOf returns a list of the ids that are not empty.
func idsOf(ids ...ID) (all []ID) {
	for _, id := range ids {
		if id != "" {
			all = append(all, id)
		}
	}
	return all
}

// asWritten formats a day as people in Vietnam write it: 02/12/2020.
func (d Date) asWritten() string {
	if at, err := time.Parse(time.DateOnly, string(d)); err == nil {
		return at.Format("02/01/2006")
	}
	return ""
}

// yearOf returns the year of a time, 0 for no time.
func yearOf(at time.Time) int {
	if at.IsZero() {
		return 0
	}
	return at.Year()
}

// yearText returns a year as a text.
func yearText(year *int) string {
	if year == nil {
		return ""
	}
	return strconv.Itoa(*year)
}

// SearchFilter selects what a search finds. All given conditions must hold.
type SearchFilter struct {
	CreatedAt, UpdatedAt, PublishedAt, StartsAt *DateTimeFilter
	Status                                      *StatusFilter
	// Section also matches entries in the sections below.
	Section, Tags, Organizations, Authors, Events, Programs *SearchLinkFilter
	Year                                                    *IntFilter
	Level                                                   *AwardLevelFilter
}

// SearchLinkFilter follows a link of what a search finds.
type SearchLinkFilter struct {
	// IDs and Slugs are one list. A link to one of these entries is enough; with All, there must be a link to each.
	IDs   []ID
	Slugs []string
	All   *bool
}

// SearchFacet is what the hits of a search are counted by.
type SearchFacet string

// The facets.
const (
	FacetKind         SearchFacet = "KIND"
	FacetSection      SearchFacet = "SECTION"
	FacetTag          SearchFacet = "TAG"
	FacetYear         SearchFacet = "YEAR"
	FacetOrganization SearchFacet = "ORGANIZATION"
	FacetAwardLevel   SearchFacet = "AWARD_LEVEL"
)

// SearchConnection is a page of hits.
type SearchConnection struct {
	Edges      []*SearchEdge
	PageInfo   PageInfo
	TotalCount int
	// Suggestion is the text with its likely typo corrected; nil if the search found enough.
	Suggestion *string
	// Of is the search, by which facets are counted.
	Of any
}

// Nodes returns the entries that were found.
func (c *SearchConnection) Nodes() []Content {
	nodes := make([]Content, len(c.Edges))
	for i, e := range c.Edges {
		nodes[i] = e.Node
	}
	return nodes
}

// SearchEdge is a hit.
type SearchEdge struct {
	Cursor     string
	Node       Content
	Score      float64
	Highlights []*SearchHighlight
}

// SearchHighlight is a text in which a search found something.
type SearchHighlight struct {
	Field  string
	Text   string
	Ranges []*SearchRange
}

// SearchRange is a part of a text, in UTF-16 units.
type SearchRange struct{ Start, Length int }

// SearchFacetCounts are the counts of one facet.
type SearchFacetCounts struct {
	By      SearchFacet
	Buckets []*SearchBucket
}

// SearchBucket is a value of a facet, and how many hits have it. Content is the entry, where the value is one.
type SearchBucket struct {
	Key, Label string
	Count      int
	Content    Content
}

// Suggestion is an entry that completes what a reader types.
type Suggestion struct {
	Text string
	Node Content
}
