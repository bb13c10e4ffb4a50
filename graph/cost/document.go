// Package cost works out what the operations of a document cost before they run: how many objects their answers can have,
// and what finding them takes. The figures are measured: see docs/adr/0012-cost.md.
package cost

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// What is counted where the document does not say it.
const (
	// plainList is how many elements a list without pages counts as, such as authors, tags or the
	// blocks of a body: most have fewer, and lists of lists multiply.
	plainList = 5
	// changeCost is the cost of a field of Mutation: a change reads, checks and writes some entries.
	changeCost = 10
	// formCost is the cost of a body in one form, such as HTML: it is written block by block.
	formCost = 1

	// Max is where sums and products stop, so that a cost of Max means "at least so much".
	Max = 1_000_000_000
)

// Document is what the operations of a valid document cost, worked out as far as it goes
// without variables. Requests that send the document share it.
type Document struct {
	operations map[*ast.OperationDefinition]priced
	// steps are what depends on variables. Each needs those before it only.
	steps []step
	// visits is how many selections were looked at to make it.
	visits int
}

// priced is what an operation or a field costs, and how many conditions the filters in it have.
type priced struct{ cost, conditions amount }

// An amount is known, or known but for a step: that of number step, from 1, is added to it.
type amount struct{ known, step int }

// A step adds up its parts, or takes the dearest of them.
type step struct {
	parts   []part
	dearest bool
}

// A part counts so many times as its factor says.
type part struct {
	amount
	factor
}

// Plus adds two costs, up to [Max].
func Plus(a, b int) int { return min(a+b, Max) }

func times(a, b int) int {
	if a > 0 && b > Max/a {
		return Max
	}
	return a * b
}

// Of is what an operation costs with some variables, and how many conditions its filters have.
func (c *Document) Of(op *ast.OperationDefinition, variables map[string]any) (cost, conditions int) {
	var few [32]int
	values := few[:]
	p := c.operations[op]
	steps := max(p.cost.step, p.conditions.step)
	if steps > len(few) {
		values = make([]int, steps)
	}
	value := func(a amount) int {
		if a.step == 0 {
			return a.known
		}
		return Plus(a.known, values[a.step-1])
	}
	for i, s := range c.steps[:steps] {
		values[i] = 0
		for _, p := range s.parts {
			v := value(p.amount)
			if v > 0 {
				v = times(p.of(variables), v)
			}
			if s.dearest {
				values[i] = max(values[i], v)
			} else {
				values[i] = Plus(values[i], v)
			}
		}
	}
	return value(p.cost), value(p.conditions)
}

// Least calls a function with what each operation costs at least, whatever the variables are, and with how many conditions
// its filters have at least, until that gives an error.
func (c *Document) Least(each func(op *ast.OperationDefinition, cost, conditions int) error) error {
	for op, p := range c.operations {
		if err := each(op, p.cost.known, p.conditions.known); err != nil {
			return err
		}
	}
	return nil
}

// fold adds parts up, or takes the dearest; what is known of them is worked out at once.
func (c *Document) fold(dearest bool, parts ...part) amount {
	known, open := 0, parts[:0:0]
	for _, p := range parts {
		switch {
		case p.step == 0 && (p.known == 0 || p.read == nil && p.n == 0):
		case p.step > 0 || p.read != nil:
			open = append(open, p)
		case dearest:
			known = max(known, times(p.n, p.known))
		default:
			known = Plus(known, times(p.n, p.known))
		}
	}
	switch {
	case len(open) == 0:
		return amount{known: known}
	case !dearest && len(open) == 1 && open[0].read == nil && open[0].n == 1:
		return amount{Plus(known, open[0].known), open[0].step}
	case dearest && known > 0:
		open = append(open, part{amount{known: known}, once})
		known = 0
	}
	c.steps = append(c.steps, step{open, dearest})
	return amount{known, len(c.steps)}
}

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
