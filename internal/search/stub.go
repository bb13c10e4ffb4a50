package search

import (
	"context"

	"sen/internal/content"
)

type Text struct {
	Class  content.SearchClass
	Locale content.Locale
	Text   string
}

func Tokens(texts []Text, locales []content.Locale) map[Field][]string { return nil }

type Pair struct{ Short, Name string }

type Abbreviations struct{}

func NewAbbreviations() *Abbreviations { return nil }

func (*Abbreviations) Set(id content.ID, pairs []Pair) {}

type Question struct {
	Text          string
	Locales       []content.Locale
	Stages        []Stage
	Abbreviations *Abbreviations
	Filter        Query
	Size          int
	After         *Place
	Uncounted     bool
	Newest        bool
	Facets        map[Key]int
}

type Answer struct {
	Result
	Suggestion *string
	Marks      []string
}

func Search(ctx context.Context, e Engine, q Question) (*Answer, error)  { return &Answer{}, nil }
func Suggest(ctx context.Context, e Engine, q Question) ([]Place, error) { return nil, nil }

type Range struct{ Start, Length int }

func Highlights(text string, marks []string) (string, []Range) { return "", nil }
