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

// A plan describes what an operation asks for, with fragments resolved and fields merged, and how each field is read.
// All requests that send the same document share it. A part of it is made when the first object for it is found, so
// fields that find no objects cost nothing.
type plan struct {
	root *selection
	// size is the length of the last answer in bytes.
	size atomic.Int64
}

// A selection is what is selected on objects of one type.
type selection struct {
	object string
	nodes  []*node
	// stored are the stored fields that the selection needs, if the type is a kind.
	stored []string
	// foreign says that gqlgen must answer a field: introspection.
	foreign bool
}

// A node is one field of a selection.
type node struct {
	relation
	accessor
	related bool
	object  string
	field   graphql.CollectedField
	// key is the response name of the field as JSON, with the colon.
	key []byte
	// typename is the answer to __typename as JSON; nil for any other field.
	typename []byte
	// list says that the field is a list, required that it can't be null, and filled that no element is null.
	list, required, filled bool

	mu    sync.Mutex
	below map[string]*selection
}

// planOf returns the plan of the request's operation. All requests that send the document share it.
func (rq *request) planOf(doc *documents.Document) *plan {
	return doc.Plan(rq.op,
		func() any { return &plan{root: rq.planSelection("Query", rq.op.Operation.SelectionSet)} }).(*plan)
}

// planSelection plans a selection on a type of object.
func (rq *request) planSelection(object string, set ast.SelectionSet) *selection {
	collected := graphql.CollectFields(rq.op, set, rq.satisfies[object])
	s := &selection{object: object, nodes: make([]*node, len(collected))}
	for i, field := range collected {
		n := rq.planNode(object, field)
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

// intersect returns name as a list of one if names contains it, and else nil.
func intersect(names []string, name string) []string {
	for i, n := range names {
		if n == name {
			return names[i : i+1]
		}
	}
	return nil
}

// planNode plans one field of a type.
func (rq *request) planNode(object string, field graphql.CollectedField) *node {
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

// branches reports whether the field leads to objects.
func (n *node) branches() bool { return len(n.field.Selections) > 0 }

// reads reports whether the field needs more than its object.
func (n *node) reads() bool { return n.ids != nil || n.load != nil }

// selectionBelow returns the selection below a field, on the objects of a type.
func (rq *request) selectionBelow(n *node, object string) *selection {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.below[object]
	if s == nil {
		if n.below == nil {
			n.below = map[string]*selection{}
		}
		s = rq.planSelection(object, n.field.Selections)
		n.below[object] = s
	}
	return s
}
