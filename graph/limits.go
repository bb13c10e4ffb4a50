package graph

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"sen/graph/cost"
	"sen/internal/content"
)

// Limits bound what a document may ask for. They are checked before it is validated,
// since validating is what a hostile document makes dear. Introspection counts for
// its own limit alone, and `__typename` for none.
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
	// Cost is the most that an operation may cost. It is told once the document is valid.
	Cost cost.Limits
}

// DefaultLimits let every sensible page through and stop what only harms.
var DefaultLimits = Limits{
	Length: 32 << 10, Tokens: 2500, Depth: 12, Aliases: 30, RootFields: 20, Directives: 50,
	Set: 300, Selections: 2000, Introspection: 500,
	Cost: cost.Limits{
		"": 10_000, content.RoleReader: 20_000, content.RoleWriter: 20_000, content.RoleEditor: 50_000, content.RoleAdmin: 50_000,
	},
}

// limiter refuses documents that are over a limit.
type limiter struct {
	documents
	limits Limits
}

var _ interface {
	graphql.OperationParameterMutator
	graphql.HandlerExtension
} = limiter{}

// ExtensionName implements graphql.HandlerExtension.
func (limiter) ExtensionName() string { return "Limits" }

// Validate implements graphql.HandlerExtension.
func (limiter) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator; it changes nothing.
func (l limiter) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	var doc *ast.QueryDocument
	if known, ok := l.Peek(params.Query); ok {
		doc = known.parsed
	} else {
		var err *gqlerror.Error
		if doc, err = l.limits.parse(params.Query); err != nil {
			return err
		}
	}
	if doc == nil || ctx.Value(readOnlyKey{}) == nil {
		return nil
	}
	if op := doc.Operations.ForName(params.OperationName); op != nil && op.Operation != ast.Query {
		return ErrReadOnly
	}
	return nil
}

// parse reads a document within the limits. One that can't be read is nil: the executor reports it.
func (l Limits) parse(text string) (*ast.QueryDocument, *gqlerror.Error) {
	if len(text) > l.Length {
		return nil, coded(content.CodeTooLarge, "The document has %d bytes; the limit is %d.", len(text), l.Length)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, l.Tokens)
	switch {
	case err == nil:
		return doc, (&measure{limits: l, doc: doc, sizes: map[string]size{}}).document()
	case strings.Contains(err.Error(), "exceeded token limit"):
		return nil, coded(content.CodeTooComplex, "The document has more than %d tokens, which is the limit.", l.Tokens)
	case strings.Contains(err.Error(), "nesting depth"):
		return nil, coded(content.CodeTooComplex, "The document nests deeper than %d fields, which is the limit.", l.Depth)
	}
	return nil, nil
}

// ErrReadOnly refuses an operation that is no query where only reading is allowed.
var ErrReadOnly = coded(content.CodeBadUserInput, "Only queries are served here; send anything else by POST.")

type readOnlyKey struct{}

// ReadOnly gives a context in which only queries are run.
func ReadOnly(ctx context.Context) context.Context {
	return context.WithValue(ctx, readOnlyKey{}, true)
}

// size is how much a selection asks for, fragments resolved.
type size struct {
	depth, fields, introspected int
}

// measure measures a document that is not validated yet: fragments may be missing,
// unused, or go round in circles.
type measure struct {
	limits              Limits
	doc                 *ast.QueryDocument
	aliases, directives int
	sizes               map[string]size // of fragments; each is measured once
	err                 *gqlerror.Error
}

func (m *measure) refuse(what string, n, limit int) {
	if m.err == nil && n > limit {
		m.err = coded(content.CodeTooComplex, "The document has %s: %d; the limit is %d.", what, n, limit)
	}
}

func (m *measure) document() *gqlerror.Error {
	for _, f := range m.doc.Fragments {
		m.count(f.Directives, f.SelectionSet)
	}
	for _, op := range m.doc.Operations {
		m.count(op.Directives, op.SelectionSet)
	}
	m.refuse("too many aliases", m.aliases, m.limits.Aliases)
	m.refuse("too many directives", m.directives, m.limits.Directives)
	for _, op := range m.doc.Operations {
		if m.err != nil {
			break
		}
		s := m.selection(op.SelectionSet)
		m.refuse("too many levels", s.depth, m.limits.Depth)
		m.refuse("too many fields, with its fragments resolved", s.fields, m.limits.Selections)
		m.refuse("too many introspection fields, with its fragments resolved", s.introspected, m.limits.Introspection)
		m.refuse("too many root fields", m.roots(op.SelectionSet, map[string]bool{}), m.limits.RootFields)
	}
	return m.err
}

// count counts what stands in the text itself.
func (m *measure) count(directives ast.DirectiveList, set ast.SelectionSet) {
	m.directives += len(directives)
	m.refuse("too many selections in one pair of braces", len(set), m.limits.Set)
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Alias != s.Name && s.Name != "__typename" {
				m.aliases++
			}
			m.count(s.Directives, s.SelectionSet)
		case *ast.InlineFragment:
			m.count(s.Directives, s.SelectionSet)
		case *ast.FragmentSpread:
			m.directives += len(s.Directives)
		}
	}
}

// ceiling keeps sums of doubled fragments from running over.
const ceiling = 1 << 20

// selection measures a set with its fragments resolved.
func (m *measure) selection(set ast.SelectionSet) size {
	var total size
	for _, s := range set {
		var inner size
		switch s := s.(type) {
		case *ast.Field:
			if s.Name == "__typename" {
				continue
			}
			inner = m.selection(s.SelectionSet)
			if strings.HasPrefix(s.Name, "__") {
				inner = size{introspected: inner.fields + inner.introspected}
				break
			}
			inner.depth++
			inner.fields++
		case *ast.InlineFragment:
			inner = m.selection(s.SelectionSet)
		case *ast.FragmentSpread:
			known, ok := m.sizes[s.Name]
			if !ok {
				m.sizes[s.Name] = size{} // a circle counts nothing; validation refuses it
				if f := m.doc.Fragments.ForName(s.Name); f != nil {
					known = m.selection(f.SelectionSet)
				}
				m.sizes[s.Name] = known
			}
			inner = known
		}
		total.depth = max(total.depth, inner.depth)
		total.fields = min(total.fields+inner.fields, ceiling)
		total.introspected = min(total.introspected+inner.introspected, ceiling)
	}
	return total
}

// roots counts the fields of an operation's first level.
func (m *measure) roots(set ast.SelectionSet, seen map[string]bool) int {
	n := 0
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name != "__typename" {
				n++
			}
		case *ast.InlineFragment:
			n += m.roots(s.SelectionSet, seen)
		case *ast.FragmentSpread:
			if f := m.doc.Fragments.ForName(s.Name); f != nil && !seen[s.Name] {
				seen[s.Name] = true
				n += m.roots(f.SelectionSet, seen)
			}
		}
	}
	return n
}
