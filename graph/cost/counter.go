package cost

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// counter makes a Document. Each selection is looked at once for each type that it can stand on, however
// often fragments lead to it, so that the work is bounded by the document's length and not by what it asks for.
type counter struct {
	*Document
	schema    *ast.Schema
	fields    map[*ast.Field]priced
	fragments map[fragmentOn]selected
	// introspected are the fields that fragments on the schema's own types ask for.
	introspected map[*ast.FragmentDefinition]int
}

type fragmentOn struct {
	fragment *ast.FragmentDefinition
	object   *ast.Definition
}

// What is counted of a selection on one object.
const (
	objects    = iota // what it costs
	elements          // of a connection: what each element of its page costs
	totals            // of a connection: how often the list is read again for totalCount,
	nexts             // for hasNextPage,
	previous          // and for hasPreviousPage
	conditions        // how many conditions the filters have
	counts
)

// selected is what a selection comes to on one object.
type selected [counts]amount

// Of works out what the operations of a valid document cost: one for each object that the answer can
// have, and what finding the elements of its lists takes. A page counts as long as it is asked for, 20 without that; a
// list that has as many elements as one of its arguments, as those; any other list as plainList. Of the types that can
// stand in a place the dearest counts. Values cost nothing, and what @skip and @include leave out does not either.
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

// parts gather what several selections come to.
type parts [counts][]part

// add adds what a selection comes to, so many times.
func (p *parts) add(s selected, times factor) {
	for i, a := range s {
		if a != (amount{}) {
			p[i] = append(p[i], part{a, times})
		}
	}
}

// fold adds up what was gathered, or takes the dearest of each.
func (p *parts) fold(c *Document, dearest bool) (s selected) {
	for i := range p {
		s[i] = c.fold(dearest, p[i]...)
	}
	return s
}

// selection counts a selection on an object of a type. It stops where the cost can't grow any more.
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

// fieldOn counts a field where it stands: in a connection the elements of the page are apart, and what stands
// beside them may have the list read again.
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

// applies tells whether a fragment's type condition takes in an object.
func (c *counter) applies(condition string, object *ast.Definition) bool {
	return condition == "" || slices.Contains(c.schema.PossibleTypes[condition], object)
}

// field counts the objects that a field of a type leads to, with what is selected on them.
func (c *counter) field(f *ast.Field, on *ast.Definition) priced {
	def := c.schema.Types[f.Definition.Type.Name()]
	if !def.IsCompositeType() {
		if on.Name == "RichText" && !strings.HasPrefix(f.Name, "__") { // each is written from all blocks
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
	if on == c.schema.Mutation {
		own.known = changeCost
	}
	counted, held := []part{{own, once}, {below[objects], once}, {below[elements], pageSize(f)}}, []part{{below[conditions], once}}
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
