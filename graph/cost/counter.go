package cost

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// counter computes a Document. It visits each selection once for each type of object, however many fragments lead to
// it. So its work is bounded by the length of the document and not by the size of the answer.
type counter struct {
	*Document
	schema    *ast.Schema
	fields    map[*ast.Field]priced
	fragments map[fragmentOn]selected
	// introspected caches how many introspection fields a fragment selects.
	introspected map[*ast.FragmentDefinition]int
}

type fragmentOn struct {
	fragment *ast.FragmentDefinition
	object   *ast.Definition
}

// The indexes of the figures in selected.
const (
	objects    = iota // the cost
	elements          // of a connection: the cost of each element of its page
	totals            // of a connection: how often the list is read again for totalCount
	nexts             // the same for hasNextPage
	previous          // the same for hasPreviousPage
	conditions        // the number of conditions in filters
	counts
)

// selected has the figures of a selection on one type of object.
type selected [counts]amount

// Of computes the cost of the operations of a valid document: 1 for each object that the answer can have, plus the
// cost of finding the elements of its lists.
//
//   - A page counts as its requested length, or 20 if none is requested.
//   - A list that has as many elements as one of its arguments counts as the length of the argument.
//   - Any other list counts as plainList.
//   - If a field can have several types, the most expensive one counts.
//   - Scalar values cost nothing, and neither does what @skip and @include leave out.
func Of(schema *ast.Schema, doc *ast.QueryDocument) *Document {
	c := &counter{
		Document: &Document{operations: map[*ast.OperationDefinition]priced{}}, schema: schema,
		fields: map[*ast.Field]priced{}, fragments: map[fragmentOn]selected{},
		introspected: map[*ast.FragmentDefinition]int{},
	}
	for _, op := range doc.Operations {
		root := schema.Query
		if op.Operation == ast.Mutation {
			root = schema.Mutation
		}
		all := c.selection(op.SelectionSet, root)
		c.operations[op] = priced{all[objects], all[conditions]}
	}
	return c.Document
}

// parts collects the figures of several selections.
type parts [counts][]part

// add adds the figures of a selection, multiplied by a factor.
func (p *parts) add(s selected, times factor) {
	for i, a := range s {
		if a != (amount{}) {
			p[i] = append(p[i], part{a, times})
		}
	}
}

// fold returns the sum of the collected figures, or the maximum of each if takeMax is set.
func (p *parts) fold(c *Document, takeMax bool) (s selected) {
	for i := range p {
		s[i] = c.fold(takeMax, p[i]...)
	}
	return s
}

// selection counts a selection on a type of object. It stops when the cost has reached its maximum.
func (c *counter) selection(set ast.SelectionSet, object *ast.Definition) selected {
	var all parts
	for _, s := range set {
		c.visits++
		switch s := s.(type) {
		case *ast.Field:
			all.add(c.fieldOn(s, object), included(s.Directives))
		case *ast.InlineFragment:
			if c.applies(s.TypeCondition, object) {
				all.add(c.selection(s.SelectionSet, object), included(s.Directives))
			}
		case *ast.FragmentSpread:
			if c.applies(s.Definition.TypeCondition, object) {
				all.add(c.fragment(s.Definition, object), included(s.Directives))
			}
		}
		if last := len(all[objects]) - 1; last >= 0 && all[objects][last].known == Max && all[objects][last].n == 1 {
			break
		}
	}
	return all.fold(c.Document, false)
}

// fieldOn counts a field on a type of object. On a connection, it counts the elements of the page apart from the
// other fields, because totalCount and pageInfo may need to read the list again.
func (c *counter) fieldOn(f *ast.Field, object *ast.Definition) (s selected) {
	again, rereads := reread[f.Name]
	switch page := isConnection(object); {
	case rereads && (page || object.Name == "PageInfo"):
		s[again] = amount{known: 1}
		return s
	case page && f.Name == "pageInfo":
		s = c.selection(f.SelectionSet, c.schema.Types[f.Definition.Type.Name()])
	}
	p := c.field(f, object)
	s[objects], s[conditions] = p.cost, p.conditions
	if isConnection(object) && f.Definition.Type.Elem != nil {
		s[objects], s[elements] = amount{}, p.cost
	}
	return s
}

func (c *counter) fragment(f *ast.FragmentDefinition, object *ast.Definition) selected {
	key := fragmentOn{f, object}
	counted, ok := c.fragments[key]
	if !ok {
		counted = c.selection(f.SelectionSet, object)
		c.fragments[key] = counted
	}
	return counted
}

// applies reports whether a fragment with a type condition applies to an object.
func (c *counter) applies(condition string, object *ast.Definition) bool {
	return condition == "" || slices.Contains(c.schema.PossibleTypes[condition], object)
}

// field counts the objects that a field leads to, with the selections on them.
func (c *counter) field(f *ast.Field, on *ast.Definition) priced {
	def := c.schema.Types[f.Definition.Type.Name()]
	if !def.IsCompositeType() {
		if on.Name == "RichText" && !strings.HasPrefix(f.Name, "__") { // each format is written from all blocks
			return priced{cost: amount{known: formCost}}
		}
		return priced{}
	}
	if counted, ok := c.fields[f]; ok {
		return counted
	}
	if strings.HasPrefix(f.Name, "__") {
		c.fields[f] = priced{cost: amount{known: Plus(1, c.introspection(f.SelectionSet)/introspectedInCost)}}
		return c.fields[f]
	}
	var types parts
	for _, object := range c.schema.PossibleTypes[def.Name] {
		types.add(c.selection(f.SelectionSet, object), once)
	}
	below := types.fold(c.Document, true)
	own := amount{known: 1}
	switch {
	case on == c.schema.Mutation:
		own.known = changeCost
	case on == c.schema.Query && f.Name == suggestField:
		own.known = searchCost / plainList
	}
	counted, held := []part{{own, once}, {below[objects], once}, {below[elements], pageSize(f)}},
		[]part{{below[conditions], once}}
	if isConnection(def) {
		l := c.listing(f, on)
		counted = append(counted, part{amount{known: 1}, l.page})
		for what, times := range l.again {
			counted = append(counted, part{below[what], times})
		}
		held = append(held, part{amount{known: 1}, l.conditions})
	}
	p := priced{c.fold(false, counted...), c.fold(false, held...)}
	if f.Definition.Type.Elem != nil && !isConnection(on) {
		p.cost = c.fold(false, part{p.cost, listSize(f)})
	}
	c.fields[f] = p
	return p
}
