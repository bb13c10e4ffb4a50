package graph

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"sen/graph/scalar"
	"sen/internal/content"
)

// What is counted where the document does not say it.
const (
	// plainList is how many elements a list without pages counts as, such as authors, tags or the
	// blocks of a body: most have fewer, and lists of lists multiply.
	plainList = 5
	// changeCost is the cost of a field of Mutation: a change reads, checks and writes some entries.
	changeCost = 10
	// maxCost is where sums and products stop.
	maxCost = 1_000_000_000
)

// A costing is what the operations of a valid document cost, worked out as far as it goes
// without variables. Requests that send the document share it.
type costing struct {
	operations map[*ast.OperationDefinition]amount
	// steps are what depends on variables. Each needs those before it only.
	steps []step
	// visits is how many selections were looked at to make it.
	visits int
}

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

// A factor is a number, or one that variables tell.
type factor struct {
	n    int
	read func(variables map[string]any) int
}

var once = factor{n: 1}

// of is the factor with some variables.
func (f factor) of(variables map[string]any) int {
	if f.read != nil {
		return f.read(variables)
	}
	return f.n
}

func plus(a, b int) int { return min(a+b, maxCost) }

func times(a, b int) int {
	if a > 0 && b > maxCost/a {
		return maxCost
	}
	return a * b
}

// of is what an operation costs with some variables.
func (c *costing) of(op *ast.OperationDefinition, variables map[string]any) int {
	var few [32]int
	values := few[:]
	if len(c.steps) > len(few) {
		values = make([]int, len(c.steps))
	}
	value := func(a amount) int {
		if a.step == 0 {
			return a.known
		}
		return plus(a.known, values[a.step-1])
	}
	cost := c.operations[op]
	for i, s := range c.steps[:cost.step] {
		values[i] = 0
		for _, p := range s.parts {
			if v := times(p.of(variables), value(p.amount)); s.dearest {
				values[i] = max(values[i], v)
			} else {
				values[i] = plus(values[i], v)
			}
		}
	}
	return value(cost)
}

// fold adds parts up, or takes the dearest; what is known of them is worked out at once.
func (c *costing) fold(dearest bool, parts ...part) amount {
	known, open := 0, parts[:0:0]
	for _, p := range parts {
		switch {
		case p.step > 0 || p.read != nil:
			open = append(open, p)
		case dearest:
			known = max(known, times(p.n, p.known))
		default:
			known = plus(known, times(p.n, p.known))
		}
	}
	switch {
	case len(open) == 0:
		return amount{known: known}
	case !dearest && len(open) == 1 && open[0].read == nil && open[0].n == 1:
		return amount{plus(known, open[0].known), open[0].step}
	case dearest:
		open = append(open, part{amount{known: known}, once})
		known = 0
	}
	c.steps = append(c.steps, step{open, dearest})
	return amount{known, len(c.steps)}
}

// counter makes a costing. Each selection is looked at once for each type that it can stand on, however
// often fragments lead to it, so that the work is bounded by the document's length and not by what it asks for.
type counter struct {
	*costing
	schema    *ast.Schema
	fields    map[*ast.Field]amount
	fragments map[fragmentOn]selected
}

type fragmentOn struct {
	fragment *ast.FragmentDefinition
	object   *ast.Definition
}

// selected is what a selection costs on one object; of a connection also what each element of its page does.
type selected struct{ object, element amount }

// costOf works out what the operations of a valid document cost: one for each object that the answer can
// have. A page counts as long as it is asked for, 20 without that; a list that has as many elements as one of
// its arguments, as those; any other list as plainList. Of the types that can stand in a place the dearest
// counts. Values cost nothing, and neither does introspection; what @skip and @include leave out does not either.
func costOf(schema *ast.Schema, doc *ast.QueryDocument) *costing {
	c := &counter{
		costing: &costing{operations: map[*ast.OperationDefinition]amount{}}, schema: schema,
		fields: map[*ast.Field]amount{}, fragments: map[fragmentOn]selected{},
	}
	for _, op := range doc.Operations {
		root := schema.Query
		if op.Operation == ast.Mutation {
			root = schema.Mutation
		}
		c.operations[op] = c.selection(op.SelectionSet, root).object
	}
	return c.costing
}

// selection counts a selection on an object of a type. It stops where the cost can't grow any more.
func (c *counter) selection(set ast.SelectionSet, object *ast.Definition) selected {
	var once, each []part
	for _, s := range set {
		c.visits++
		switch s := s.(type) {
		case *ast.Field:
			p := part{c.field(s, object), included(s.Directives)}
			if s.Definition.Type.Elem != nil && isConnection(object) {
				each = append(each, p)
			} else {
				once = append(once, p)
			}
		case *ast.InlineFragment:
			if c.applies(s.TypeCondition, object) {
				inner, when := c.selection(s.SelectionSet, object), included(s.Directives)
				once, each = append(once, part{inner.object, when}), append(each, part{inner.element, when})
			}
		case *ast.FragmentSpread:
			if c.applies(s.Definition.TypeCondition, object) {
				inner, when := c.fragment(s.Definition, object), included(s.Directives)
				once, each = append(once, part{inner.object, when}), append(each, part{inner.element, when})
			}
		}
		if last := len(once) - 1; last >= 0 && once[last].known == maxCost && once[last].n == 1 {
			break
		}
	}
	return selected{c.fold(false, once...), c.fold(false, each...)}
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
func (c *counter) field(f *ast.Field, on *ast.Definition) amount {
	def := c.schema.Types[f.Definition.Type.Name()]
	if strings.HasPrefix(f.Name, "__") || !def.IsCompositeType() {
		return amount{}
	}
	if counted, ok := c.fields[f]; ok {
		return counted
	}
	var objects, elements []part
	for _, object := range c.schema.PossibleTypes[def.Name] {
		inner := c.selection(f.SelectionSet, object)
		objects, elements = append(objects, part{inner.object, once}), append(elements, part{inner.element, once})
	}
	own := amount{known: 1}
	if on == c.schema.Mutation {
		own.known = changeCost
	}
	counted := c.fold(false, part{own, once}, part{c.fold(true, objects...), once}, part{c.fold(true, elements...), pageSize(f)})
	if f.Definition.Type.Elem != nil && !isConnection(on) {
		counted = c.fold(false, part{counted, listSize(f)})
	}
	c.fields[f] = counted
	return counted
}

// isConnection tells whether a type is a page of a list: its lists are as long as the page.
func isConnection(def *ast.Definition) bool { return strings.HasSuffix(def.Name, "Connection") }

// pageSize is how long a page the field asks for. One that is too long is refused when it is read.
func pageSize(f *ast.Field) factor {
	given := []*ast.Argument{f.Arguments.ForName("first"), f.Arguments.ForName("last")}
	return worked(func(variables map[string]any) int {
		for _, arg := range given {
			if arg == nil {
				continue
			}
			value, _ := arg.Value.Value(variables) // what can't be read was refused before
			if n, err := scalar.UnmarshalInt(value); err == nil {
				return min(max(n, 0), content.MaxPage)
			}
		}
		return content.DefaultPage
	}, given...)
}

// listSize is how long a list without pages counts as.
func listSize(f *ast.Field) factor {
	for _, def := range f.Definition.Arguments {
		if def.Type.Elem == nil || !def.Type.NonNull {
			continue
		}
		arg := f.Arguments.ForName(def.Name)
		return worked(func(variables map[string]any) int {
			value, _ := arg.Value.Value(variables)
			if list, ok := value.([]any); ok {
				return len(list)
			}
			return 1 // a single value stands for a list of one
		}, arg)
	}
	return factor{n: plainList}
}

// included is one for what @skip and @include leave in, and zero for what they leave out.
func included(directives ast.DirectiveList) factor {
	var conditions []*ast.Argument
	var wanted []bool
	for _, d := range directives {
		if d.Name == "skip" || d.Name == "include" {
			conditions, wanted = append(conditions, d.Arguments.ForName("if")), append(wanted, d.Name == "include")
		}
	}
	if conditions == nil {
		return once
	}
	return worked(func(variables map[string]any) int {
		for i, condition := range conditions {
			value, _ := condition.Value.Value(variables)
			if yes, _ := value.(bool); yes != wanted[i] {
				return 0
			}
		}
		return 1
	}, conditions...)
}

// worked is a factor that is read from arguments: at once, unless one of them has a variable.
func worked(read func(map[string]any) int, from ...*ast.Argument) factor {
	if slices.ContainsFunc(from, func(arg *ast.Argument) bool { return arg != nil && arg.Value.Kind == ast.Variable }) {
		return factor{read: read}
	}
	return factor{n: read(nil)}
}
