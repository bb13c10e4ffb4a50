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

// Limits bound what a document may ask for. They are checked before the document is validated, because validating a
// hostile document is expensive. Introspection fields count for their own limit only, and `__typename` for none.
type Limits struct {
	// Length is the longest document in bytes.
	Length int
	// Tokens is the most tokens of a document.
	Tokens int
	// Depth is how deep fields may nest, fragments resolved.
	Depth int
	// Aliases, RootFields and Directives are the most of a document.
	Aliases, RootFields, Directives int
	// Set is the most selections of one pair of braces.
	Set int
	// Selections is the most fields of an operation, fragments resolved.
	Selections int
	// Introspection is the most fields below `__schema` and `__type`, fragments resolved.
	Introspection int
	// Cost is the most that an operation may cost, by role. It is checked once the document is valid.
	Cost cost.Limits
}

// Default lets every sensible page through and stops what only harms.
var Default = Limits{
	Length: 32 << 10, Tokens: 2500, Depth: 12, Aliases: 30, RootFields: 20, Directives: 50,
	Set: 300, Selections: 2000, Introspection: 500,
	Cost: cost.Limits{
		"": 10_000, content.RoleReader: 20_000, content.RoleWriter: 20_000, content.RoleEditor: 50_000, content.RoleAdmin: 50_000,
	},
}

// Parse parses a document that is within the limits. Its error is TOO_LARGE or TOO_COMPLEX. A document with a syntax
// error is nil without an error: the executor parses it again and reports that.
func (l Limits) Parse(text string) (*ast.QueryDocument, *gqlerror.Error) {
	if len(text) > l.Length {
		return nil, coded.Errorf(content.CodeTooLarge, "The document has %d bytes; the limit is %d.", len(text), l.Length)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, l.Tokens)
	switch {
	case err == nil:
		return doc, (&measure{limits: l, doc: doc, sizes: map[string]size{}}).document()
	case strings.Contains(err.Error(), "exceeded token limit"):
		return nil, coded.Errorf(content.CodeTooComplex, "The document has more than %d tokens, which is the limit.", l.Tokens)
	case strings.Contains(err.Error(), "nesting depth"):
		return nil, coded.Errorf(content.CodeTooComplex, "The document nests deeper than %d fields, which is the limit.", l.Depth)
	}
	return nil, nil
}
