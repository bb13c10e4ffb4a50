package graph

import (
	"context"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// documents keeps valid documents, parsed, and the costs and plans of their operations, by their text.
type documents struct {
	kept   *otter.Cache[string, *document]
	schema *ast.Schema
}

var _ graphql.Cache[*ast.QueryDocument] = documents{}

// document is one of them.
type document struct {
	parsed *ast.QueryDocument
	costs  *costing
	mu     sync.Mutex
	plans  map[string]*plan
}

const (
	// DocumentBytes bounds what is kept, as weighed.
	DocumentBytes = 64 << 20
	// perByte is what a byte of text weighs, parsed, priced and planned, and perDocument what any
	// document does: measured on the queries of the playground, see TestDocumentWeight.
	perByte, perDocument = 80, 4 << 10
	// maxPlans is how many plans a document has at most: one for each operation and each
	// choice of what @skip and @include leave.
	maxPlans = 16
)

func newDocuments(schema *ast.Schema) documents {
	return documents{otter.Must(&otter.Options[string, *document]{
		MaximumWeight: DocumentBytes, Weigher: documentWeight,
	}), schema}
}

// documentWeight is about how many bytes a document takes.
func documentWeight(text string, _ *document) uint32 { return uint32(perByte*len(text) + perDocument) }

// Get implements graphql.Cache.
func (d documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	doc, ok := d.kept.GetIfPresent(text)
	if !ok {
		return nil, false
	}
	return doc.parsed, true
}

// Add implements graphql.Cache.
func (d documents) Add(_ context.Context, text string, parsed *ast.QueryDocument) {
	d.kept.Set(text, &document{parsed: parsed, costs: costOf(d.schema, parsed), plans: map[string]*plan{}})
}

// cost is what a request's operation costs.
func (d documents) cost(op *graphql.OperationContext) int {
	doc, ok := d.kept.GetIfPresent(op.RawQuery)
	if !ok || doc.parsed != op.Doc {
		return costOf(d.schema, op.Doc).of(op.Operation, op.Variables)
	}
	return doc.costs.of(op.Operation, op.Variables)
}

// plan is the plan of a request's operation.
func (d documents) plan(rq *request) *plan {
	doc, ok := d.kept.GetIfPresent(rq.op.RawQuery)
	if !ok {
		return rq.plan()
	}
	choice := choices(rq.op)
	doc.mu.Lock()
	defer doc.mu.Unlock()
	p := doc.plans[choice]
	if p == nil {
		if p = rq.plan(); len(doc.plans) < maxPlans {
			doc.plans[choice] = p
		}
	}
	return p
}

// plan lays out the operation.
func (rq *request) plan() *plan { return &plan{root: rq.lay("Query", rq.op.Operation.SelectionSet)} }

// choices tell plans of a document apart: by the operation, and by the variables that
// @skip and @include can ask.
func choices(op *graphql.OperationContext) string {
	var b strings.Builder
	b.WriteString(op.Operation.Name)
	for _, def := range op.Operation.VariableDefinitions {
		if def.Type.NamedType != "Boolean" {
			continue
		}
		if yes, _ := op.Variables[def.Variable].(bool); yes {
			b.WriteString(" 1")
		} else {
			b.WriteString(" 0")
		}
	}
	return b.String()
}
