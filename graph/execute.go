package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/graph/documents"
	"sen/graph/parallel"
	"sen/graph/scalar"
	"sen/internal/content"
)

// planned runs queries by their plan: everything is read, and then written as one run of
// bytes. Whatever is not plain sailing (an error, a null where none may be, introspection)
// is left to gqlgen's own executor, which finds what was read where its resolvers look for
// it, and says what the specification wants said.
type planned struct {
	*executableSchema
	documents documents.Cache
	walked    func()
}

// Exec implements graphql.ExecutableSchema.
func (p planned) Exec(ctx context.Context) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Query {
		return p.executableSchema.Exec(ctx)
	}
	var walk graphql.ResponseHandler
	return func(ctx context.Context) *graphql.Response {
		if walk != nil {
			return walk(ctx)
		}
		walk = func(context.Context) *graphql.Response { return nil }
		rq := requestOf(ctx)
		data, ok := rq.run(ctx, rq.planOf(p.documents.Of(rq.op)))
		switch {
		case ok:
			return &graphql.Response{Data: data}
		case rq.refused != nil:
			return &graphql.Response{Data: []byte("null"), Errors: gqlerror.List{rq.refused}}
		}
		if p.walked != nil {
			p.walked()
		}
		walk = p.executableSchema.Exec(ctx)
		return walk(ctx)
	}
}

// run answers a query by its plan, if nothing goes wrong.
func (rq *request) run(ctx context.Context, p *plan) ([]byte, bool) {
	w := writer{}
	err := parallel.Safely(func() error {
		root := rq.readRoots(ctx, p.root)
		if rq.refused == nil {
			w.b = make([]byte, 0, p.size.Load()*9/8+256)
			w.object(root)
		}
		return nil
	})
	if len(w.b) > maxAnswer && rq.refused == nil {
		rq.refused = coded.Errorf(content.CodeTooLarge, "The answer would be longer than %d bytes. Ask for smaller pages, or for fewer fields.", maxAnswer)
	}
	if err != nil || w.unplain || rq.refused != nil {
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
type writer struct {
	b []byte
	// unplain tells that the answer is not one that can be written plainly: it is left to gqlgen, and what was written
	// only shows how long it will be.
	unplain bool
}

// wrong writes null where none may be, or where something went wrong.
func (w *writer) wrong() {
	w.unplain = true
	w.b = append(w.b, "null"...)
}

// object writes the next object of a group. When the answer is too long already, it writes none of its fields.
func (w *writer) object(g *group) {
	i := g.next
	g.next++
	if len(w.b) > maxAnswer {
		return
	}
	w.b = append(w.b, '{')
	for j, n := range g.nodes {
		if j > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, n.key...)
		start := len(w.b)
		switch {
		case n.typename != nil:
			w.b = append(w.b, n.typename...)
		case n.append != nil:
			w.b = n.append(w.b, &g.at, g.objs[i])
			w.check(n, &g.at, start)
		case n.branches():
			w.branch(&g.calls[j], i)
		default:
			w.leaf(g, &g.calls[j], i)
		}
	}
	w.b = append(w.b, '}')
}

// leaf writes the value of a call for the object at i.
func (w *writer) leaf(g *group, c *call, i int) {
	at, start := &g.at, len(w.b)
	switch {
	case c.err != nil:
		w.wrong()
		return
	case c.write != nil:
		w.b = c.write(w.b, at, g.objs[i])
	default:
		answer, err := c.answerFor(i)
		if err != nil {
			w.wrong()
			return
		}
		if c.args != nil {
			own := scalar.PlaceOf(c.ctx)
			at = &own
		}
		w.b = c.answered(w.b, at, answer)
	}
	w.check(c.node, at, start)
}

// check sees whether what was written of a field, from start on, can be its value.
func (w *writer) check(n *node, at *scalar.Place, start int) {
	if at.Bad || n.required && string(w.b[start:]) == "null" {
		w.unplain, at.Bad = true, false
	}
}

// answerFor is what a relation answers for the object at i.
func (c *call) answerFor(i int) (any, error) {
	if c.answers != nil {
		return c.answers[i], nil
	}
	return c.answer(c, c.objs[i])
}

// branch writes the objects that a field of the object at i leads to.
func (w *writer) branch(c *call, i int) {
	if c.err != nil || c.counts == nil {
		w.wrong()
		return
	}
	n := c.counts[i]
	switch {
	case n == isNull && c.list && c.required:
		w.b = append(w.b, "[]"...)
		return
	case n == isNull && c.required:
		w.wrong()
		return
	case n == isNull:
		w.b = append(w.b, "null"...)
		return
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
			w.object(c.group(obj))
		case c.filled:
			w.wrong()
		default:
			w.b = append(w.b, "null"...)
		}
	}
	if c.list {
		w.b = append(w.b, ']')
	}
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
