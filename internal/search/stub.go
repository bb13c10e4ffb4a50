package search

import (
	"context"

	"sen/internal/content"
)

type Text struct {
	Class  Field
	Locale content.Locale
	Value  string
}

const AnalysisVersion = 1

func Terms(texts []Text) map[Field][]string { return nil }

type Pair struct{ Short, Name string }

type Abbreviations struct{}

func (*Abbreviations) Set(id content.ID, pairs []Pair) {}
func (*Abbreviations) Remove(id content.ID)            {}

type Question struct {
	Text          string
	Stages        []Stage
	Filter        Query
	Abbreviations []*Abbreviations
	Locales       []content.Locale
	Size          int
	After         *Place
	Facets        map[Key]int
	Newest        bool
}

type Answer struct {
	*Result
	Loose       bool
	Suggestion  string
	Highlighter *Highlighter
}

func Search(ctx context.Context, e Engine, q Question) (*Answer, error)  { return &Answer{}, nil }
func Suggest(ctx context.Context, e Engine, q Question) ([]Place, error) { return nil, nil }
func Spell(suggestion string, labels []string) string                    { return "" }

type Range struct{ Start, Length int }
type Highlighter struct{}

func NewHighlighter(text string, locales []content.Locale, abbreviations ...*Abbreviations) *Highlighter {
	return nil
}
func (h *Highlighter) Highlight(text string) (string, []Range) { return "", nil }
