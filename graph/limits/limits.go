// Package limits refuses documents that ask for too much, by their text alone.
package limits

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"sen/graph/coded"
	"sen/graph/cost"
	"sen/internal/content"
)

// Limits bound what a document may ask for. They are checked before the document is validated, because it is
// expensive to validate a hostile document. Introspection fields count only for the limit Introspection, and
// `__typename` counts for none.
type Limits struct {
	// Length is the longest document in bytes.
	Length int
	// Tokens is the largest number of tokens of a document.
	Tokens int
	// Depth is the deepest nesting of fields, with fragments resolved.
	Depth int
	// Aliases, RootFields and Directives are the largest numbers of each in a document.
	Aliases, RootFields, Directives int
	// Set is the largest number of selections in one pair of braces.
	Set int
	// Selections is the largest number of fields of an operation, with fragments resolved.
	Selections int
	// Introspection is the largest number of fields below `__schema` and `__type`, with fragments resolved.
	Introspection int
	// Cost is the highest cost of an operation, by role. It is checked once the document is valid.
	Cost cost.Limits
}

// Default accepts the queries of every sensible page and refuses what only does harm.
var Default = Limits{
	Length: 32 << 10, Tokens: 2500, Depth: 12, Aliases: 30, RootFields: 20, Directives: 50,
	Set: 300, Selections: 2000, Introspection: 500,
	Cost: cost.Limits{
		"": 10_000, content.RoleReader: 20_000, content.RoleWriter: 20_000, content.RoleEditor: 50_000,
		content.RoleAdmin: 50_000,
	},
}

// Parse parses a document if it is within the limits. Otherwise it returns the error TOO_LARGE or TOO_COMPLEX. For a
// document with a syntax error it returns nil and no error: the executor parses the document again and reports the
// error.
func (l Limits) Parse(text string) (*ast.QueryDocument, *gqlerror.Error) {
	if len(text) > l.Length {
		return nil, coded.Errorf(content.CodeTooLarge, "The document has %d bytes; the limit is %d.", len(text), l.Length)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, l.Tokens)
	switch {
	case err == nil:
		return doc, (&measure{limits: l, doc: doc, sizes: map[string]size{}}).document()
	case strings.Contains(err.Error(), "exceeded token limit"):
		return nil, coded.Errorf(content.CodeTooComplex, "The document has more than %d tokens, which is the limit.",
			l.Tokens)
	case strings.Contains(err.Error(), "nesting depth"):
		return nil, coded.Errorf(content.CodeTooComplex, "The document nests deeper than %d fields, which is the limit.",
			l.Depth)
	}
	return nil, nil
}
