package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sen/graph/scalar"
)

// planned runs queries by their plan: everything is read, and then written as one run of
// bytes. Whatever is not plain sailing (an error, a null where none may be, introspection)
// is left to gqlgen's own executor, which finds what was read where its resolvers look for
// it, and says what the specification wants said.
type planned struct {
	*executableSchema
	documents documents
	walked    func()
}

// Exec implements graphql.ExecutableSchema.
func (p planned) Exec(ctx context.Context) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Query {
		return p.executableSchema.Exec(ctx)
	}
	var walk graphql.ResponseHandler
	return func(ctx context.Context) *graphql.Response {
		if walk == nil {
			rq := requestOf(ctx)
			if data, ok := rq.run(ctx, p.documents.plan(rq)); ok {
				walk = func(context.Context) *graphql.Response { return nil }
				return &graphql.Response{Data: data}
			}
			if p.walked != nil {
				p.walked()
			}
			walk = p.executableSchema.Exec(ctx)
		}
		return walk(ctx)
	}
}

// run answers a query by its plan, if nothing goes wrong.
func (rq *request) run(ctx context.Context, p *plan) ([]byte, bool) {
	w := writer{}
	err := safely(func() error {
		root := rq.readRoots(ctx, p.root)
		if p.root.foreign || rq.failed {
			return errUnplain
		}
		w.b = make([]byte, 0, p.size.Load()*9/8+256)
		return w.object(root)
	})
	if err != nil {
		for _, c := range rq.calls {
			rq.keep(c)
		}
		return nil, false
	}
	p.size.Store(int64(len(w.b)))
	return w.b, true
}

// A writer writes what was read. It visits objects in the order in which they were met
// when reading, so that the next one of a place is always the one that is due.
type writer struct{ b []byte }

// errUnplain tells that an answer is not one that can be written plainly.
var errUnplain = errors.New("the answer is left to gqlgen")

// object writes the next object of a group.
func (w *writer) object(g *group) (err error) {
	i := g.next
	g.next++
	w.b = append(w.b, '{')
	for j, n := range g.nodes {
		if j > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, n.key...)
		switch {
		case n.typename != nil:
			w.b = append(w.b, n.typename...)
		case n.branches():
			err = w.branch(&g.calls[j], i)
		default:
			err = w.leaf(g, j, i)
		}
		if err != nil {
			return err
		}
	}
	w.b = append(w.b, '}')
	return nil
}

// leaf writes the value of the field at j of the object at i.
func (w *writer) leaf(g *group, j, i int) error {
	n, at, start := g.nodes[j], &g.at, len(w.b)
	switch {
	case n.append != nil:
		w.b = n.append(w.b, at, g.objs[i])
	case n.write != nil:
		w.b = n.write(w.b, at, g.objs[i])
	default:
		c := &g.calls[j]
		answer, err := c.answerFor(i)
		if err != nil {
			return err
		}
		if c.args != nil {
			own := scalar.PlaceOf(c.ctx)
			at = &own
		}
		w.b = n.answered(w.b, at, answer)
	}
	if at.Bad || n.required && string(w.b[start:]) == "null" {
		return errUnplain
	}
	return nil
}

// answerFor is what a relation answers for the object at i.
func (c *call) answerFor(i int) (any, error) {
	if c.answers != nil {
		return c.answers[i], nil
	}
	return c.answer(c, c.objs[i])
}

// branch writes the objects that a field of the object at i leads to.
func (w *writer) branch(c *call, i int) error {
	n := c.counts[i]
	switch {
	case n == isNull && c.list && c.required:
		w.b = append(w.b, "[]"...)
		return nil
	case n == isNull && c.required:
		return errUnplain
	case n == isNull:
		w.b = append(w.b, "null"...)
		return nil
	}
	if c.list {
		w.b = append(w.b, '[')
	}
	for k := range n {
		if k > 0 {
			w.b = append(w.b, ',')
		}
		obj := c.found[c.next]
		c.next++
		switch {
		case obj != nil:
			if err := w.object(c.group(obj)); err != nil {
				return err
			}
		case c.filled:
			return errUnplain
		default:
			w.b = append(w.b, "null"...)
		}
	}
	if c.list {
		w.b = append(w.b, ']')
	}
	return nil
}

// A group is the objects of one type that stand at one place of the query.
type group struct {
	*selection
	at   scalar.Place
	objs []any
	// calls are the fields of the selection, answered for the objects.
	calls []call
	next  int
}
