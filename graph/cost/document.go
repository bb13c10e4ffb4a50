// Package cost computes the cost of the operations of a document before they run: how many objects the answers can
// have, and how much work it takes to find them. The figures are measured: see docs/adr/0012-cost.md.
package cost

import "github.com/vektah/gqlparser/v2/ast"

// The costs for which the document has no number.
const (
	// plainList is the number of elements that a list without pages counts as, for example authors, tags or the
	// blocks of a body. Most have fewer, and the numbers of nested lists multiply.
	plainList = 5
	// changeCost is the cost of a field of Mutation: a change reads, checks and writes some entries.
	changeCost = 10
	// formCost is the cost of a body in one format, such as HTML: it is written block by block.
	formCost = 1

	// Max is the limit of sums and products. A cost of Max means "at least this much".
	Max = 1_000_000_000
)

// Document has the costs of the operations of a valid document, computed as far as possible without the variables.
// All requests that send the document share it.
type Document struct {
	operations map[*ast.OperationDefinition]priced
	// steps are the computations that depend on variables. A step depends only on earlier steps.
	steps []step
	// visits is the number of selections that were visited to compute it.
	visits int
}

// priced is the cost of an operation or a field, and the number of conditions in its filters.
type priced struct{ cost, conditions amount }

// An amount is a known number plus the result of a step. step is the number of that step, counted from 1; 0 means
// none.
type amount struct{ known, step int }

// A step computes the sum of its parts, or their maximum if takeMax is set.
type step struct {
	parts   []part
	takeMax bool
}

// A part is an amount multiplied by a factor.
type part struct {
	amount
	factor
}

// Plus returns the sum of two costs, at most [Max].
func Plus(a, b int) int { return min(a+b, Max) }

func times(a, b int) int {
	if a > 0 && b > Max/a {
		return Max
	}
	return a * b
}

// Of returns the cost of an operation with these variables, and the number of conditions in its filters.
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
			if s.takeMax {
				values[i] = max(values[i], v)
			} else {
				values[i] = Plus(values[i], v)
			}
		}
	}
	return value(p.cost), value(p.conditions)
}

// Least calls each for every operation, with the lowest cost and the lowest number of conditions that it has for any
// variables. It stops at the first error and returns it.
func (c *Document) Least(each func(op *ast.OperationDefinition, cost, conditions int) error) error {
	for op, p := range c.operations {
		if err := each(op, p.cost.known, p.conditions.known); err != nil {
			return err
		}
	}
	return nil
}

// fold returns the sum of parts, or their maximum if takeMax is set. It computes at once what does not depend on
// variables.
func (c *Document) fold(takeMax bool, parts ...part) amount {
	known, open := 0, parts[:0:0]
	for _, p := range parts {
		switch {
		case p.step == 0 && (p.known == 0 || p.read == nil && p.n == 0):
		case p.step > 0 || p.read != nil:
			open = append(open, p)
		case takeMax:
			known = max(known, times(p.n, p.known))
		default:
			known = Plus(known, times(p.n, p.known))
		}
	}
	switch {
	case len(open) == 0:
		return amount{known: known}
	case !takeMax && len(open) == 1 && open[0].read == nil && open[0].n == 1:
		return amount{Plus(known, open[0].known), open[0].step}
	case takeMax && known > 0:
		open = append(open, part{amount{known: known}, once})
		known = 0
	}
	c.steps = append(c.steps, step{open, takeMax})
	return amount{known, len(c.steps)}
}
