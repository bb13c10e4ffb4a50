package graph

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sen/graph/documents"
	"sen/internal/content"
)

// A plan is what an operation asks for, laid out once for all requests that send the
// same document: fragments resolved, fields merged, and beside each field how it is
// read. Requests share it. It is laid out as far as answers have led: what no object
// was found for costs nothing.
type plan struct {
	root *selection
	// size is how long the last answer was, in bytes.
	size atomic.Int64
}

// A selection is what is asked of objects of one type.
type selection struct {
	object string
	nodes  []*node
	// stored are the stored fields that it is answered from, where the type is a kind.
	stored []string
	// foreign tells that a field is none of ours: introspection, which gqlgen answers.
	foreign bool
}

// A node is one field of a selection.
type node struct {
	relation
	accessor
	related bool
	object  string
	field   graphql.CollectedField
	// key is the field's name in the answer, as JSON, with the colon.
	key []byte
	// typename is the answer to __typename, as JSON; nil for any other field.
	typename []byte
	// list, required and filled tell whether the field is a list, may not be null, and
	// has no null in it.
	list, required, filled bool

	mu    sync.Mutex
	below map[string]*selection
}

// planOf is the plan of the request's operation. The requests that send the document share it.
func (rq *request) planOf(doc *documents.Document) *plan {
	return doc.Plan(rq.op, func() any { return &plan{root: rq.lay("Query", rq.op.Operation.SelectionSet)} }).(*plan)
}

// lay lays out a selection of a type.
func (rq *request) lay(object string, set ast.SelectionSet) *selection {
	collected := graphql.CollectFields(rq.op, set, rq.satisfies[object])
	s := &selection{object: object, nodes: make([]*node, len(collected))}
	for i, field := range collected {
		n := rq.node(object, field)
		s.nodes[i] = n
		s.foreign = s.foreign || n.typename == nil && !n.related && n.append == nil && n.members == nil
	}
	if source := rq.sources[content.Kind(object)]; source != nil {
		stored := source.StoredFields()
		s.stored = union(s.stored, source.labelFields())
		for _, n := range s.nodes {
			if n.related {
				s.stored = union(s.stored, n.needs)
			} else {
				s.stored = union(s.stored, intersect(stored, n.field.Name))
			}
		}
	}
	return s
}

// intersect is a name as a set, empty if it is not among some.
func intersect(names []string, name string) []string {
	for i, n := range names {
		if n == name {
			return names[i : i+1]
		}
	}
	return nil
}

// node lays out one field of a type.
func (rq *request) node(object string, field graphql.CollectedField) *node {
	name := object + "." + field.Name
	n := &node{object: object, field: field, accessor: accessors[name], key: []byte(`"` + field.Alias + `":`)}
	n.relation, n.related = rq.relations[name]
	if field.Name == "__typename" {
		n.typename = []byte(`"` + object + `"`)
	} else if !strings.HasPrefix(field.Name, "__") {
		t := field.Definition.Type
		n.required, n.list = t.NonNull, t.Elem != nil
		n.filled = n.list && t.Elem.NonNull
	}
	return n
}

// branches tells whether the field leads on to objects.
func (n *node) branches() bool { return len(n.field.Selections) > 0 }

// reads tells whether the field is answered from more than its object.
func (n *node) reads() bool { return n.ids != nil || n.load != nil }

// on is what is selected below a field on the objects of a type that it leads to.
func (rq *request) on(n *node, object string) *selection {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.below[object]
	if s == nil {
		if n.below == nil {
			n.below = map[string]*selection{}
		}
		s = rq.lay(object, n.field.Selections)
		n.below[object] = s
	}
	return s
}
