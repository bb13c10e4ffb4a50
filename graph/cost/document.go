// Package cost works out what the operations of a document cost before they run: how many objects their answers can have,
// and what finding them takes. The figures are measured: see docs/adr/0012-cost.md.
package cost

import "github.com/vektah/gqlparser/v2/ast"

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
