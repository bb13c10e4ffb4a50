package limits

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/internal/content"
)

// size is how much a selection asks for, with fragments resolved.
type size struct {
	depth, fields, introspected int
}

// measure measures a document that is not validated yet: fragments may be missing, unused, or form a cycle.
type measure struct {
	limits              Limits
	doc                 *ast.QueryDocument
	aliases, directives int
	sizes               map[string]size // of fragments; each is measured once
	err                 *gqlerror.Error
}

func (m *measure) refuse(what string, n, limit int) {
	if m.err == nil && n > limit {
		m.err = coded.Errorf(content.CodeTooComplex, "The document has %s: %d; the limit is %d.", what, n, limit)
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

// count counts what is in the text itself, without resolving fragments.
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

// ceiling prevents an overflow: each fragment can double the sum.
const ceiling = 1 << 20

// selection measures a selection set with its fragments resolved.
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
			measured, ok := m.sizes[s.Name]
			if !ok {
				m.sizes[s.Name] = size{} // a cycle counts nothing; validation refuses it
				if f := m.doc.Fragments.ForName(s.Name); f != nil {
					measured = m.selection(f.SelectionSet)
				}
				m.sizes[s.Name] = measured
			}
			inner = measured
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
