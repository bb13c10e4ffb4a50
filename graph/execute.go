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

// plannedSchema executes queries by their plan: it reads everything, and then writes the answer in one run of bytes. It
// leaves every special case to gqlgen's own executor: an error, a null where the schema allows none, introspection.
// The resolvers of that executor find what was already read, and the executor writes what the specification demands.
type plannedSchema struct {
	*executableSchema
	documents documents.Cache
	walked    func()
}

// Exec implements graphql.ExecutableSchema.
func (p plannedSchema) Exec(ctx context.Context) graphql.ResponseHandler {
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

// run answers a query by its plan. It returns false if gqlgen's executor has to answer, or if the request is refused.
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
		rq.refused = coded.Errorf(content.CodeTooLarge,
			"The answer would be longer than %d bytes. Ask for smaller pages, or for fewer fields.", maxAnswer)
	}
	if err != nil || w.needsGqlgen || rq.refused != nil {
		for _, c := range rq.calls {
			rq.storeAnswers(c)
		}
		return nil, false
	}
	p.size.Store(int64(len(w.b)))
	return w.b, true
}

// A writer writes the answer from what was read. It visits objects in the order in which they were read, so the next
// object of a group is always the one to write.
type writer struct {
	b []byte
	// needsGqlgen says that a plan can't write this answer, so gqlgen's executor must answer. What was written so far
	// only shows how long the answer will be.
	needsGqlgen bool
}

// wrong writes null where the schema allows none, or where an error occurred.
func (w *writer) wrong() {
	w.needsGqlgen = true
	w.b = append(w.b, "null"...)
}

// object writes the next object of a group. If the answer is already too long, it writes none of its fields.
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

// leaf writes the value of a call for the object with index i.
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

// check sets needsGqlgen if the value written for a field, from start on, is not valid for it.
func (w *writer) check(n *node, at *scalar.Place, start int) {
	if at.Bad || n.required && string(w.b[start:]) == "null" {
		w.needsGqlgen, at.Bad = true, false
	}
}

// answerFor returns what a relation answers for the object with index i.
func (c *call) answerFor(i int) (any, error) {
	if c.answers != nil {
		return c.answers[i], nil
	}
	return c.answer(c, c.objs[i])
}

// branch writes the objects that a field of the object with index i leads to.
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

// A group is the objects of one type at one place of the query.
type group struct {
	*selection
	at   scalar.Place
	objs []any
	// calls are the fields of the selection, with their answers for the objects.
	calls []call
	next  int
}
