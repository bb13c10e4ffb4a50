package graph

import (
	"context"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/cost"
	"sen/internal/cache"
)

// documents keeps valid documents, parsed, and the costs and plans of their operations, by their text. What is kept
// was within the limits.
type documents struct {
	*cache.Fixed[*document]
	schema *ast.Schema
}

var _ graphql.Cache[*ast.QueryDocument] = documents{}

// document is one of them.
type document struct {
	parsed *ast.QueryDocument
	// wrong is what is wrong with its literals and directives, nil if nothing is.
	wrong *gqlerror.Error
	// conditions are the variables that its @skip and @include ask.
	conditions []string
	costs      *cost.Document
	mu         sync.Mutex
	plans      map[string]*plan
}

const (
	// documentBytes bounds what is kept, as weighed.
	documentBytes = 64 << 20
	// perByte is what a byte of text weighs, parsed, priced and planned, and perDocument what any
	// document does: measured on the queries of the playground, see TestDocumentWeight.
	perByte, perDocument = 80, 4 << 10
	// maxPlans is how many plans a document has at most: one for each operation and each
	// choice of what @skip and @include leave.
	maxPlans = 16
)

func newDocuments(schema *ast.Schema) documents {
	weigh := func(text string, _ *document) uint32 { return uint32(DocumentWeight(text)) }
	return documents{cache.NewFixed(documentBytes, weigh), schema}
}

// DocumentWeight is about how many bytes of memory a document takes that is kept, with its cost and its plans.
func DocumentWeight(text string) int { return perByte*len(text) + perDocument }

// Get implements graphql.Cache.
func (d documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	doc, ok := d.Fixed.Get(text)
	if !ok {
		return nil, false
	}
	return doc.parsed, true
}

// Add implements graphql.Cache. gqlgen takes two fields for one only where they are selected on the same type, or on an
// interface and a type that has it: `node { id ... on Content { id } }` would answer id twice (TestKeysOnce). What one object
// can select under one name is one field, the validation saw to it; so the types are taken away.
func (d documents) Add(_ context.Context, text string, parsed *ast.QueryDocument) {
	eachSelection(parsed, func(s ast.Selection) {
		if f, ok := s.(*ast.Field); ok {
			f.ObjectDefinition = nil
		}
	})
	d.Put(text, newDocument(d.schema, parsed))
}

// newDocument works out what does not depend on variables.
func newDocument(schema *ast.Schema, parsed *ast.QueryDocument) *document {
	return &document{parsed: parsed, wrong: wrongIn(parsed), conditions: conditionsIn(parsed), costs: cost.Of(schema, parsed), plans: map[string]*plan{}}
}

// documentName is under which an operation keeps its document.
const documentName = "document"

// of is the document of a request: found once, since a flood of others may push it out meanwhile.
func (d documents) of(op *graphql.OperationContext) *document {
	if doc, ok := op.Stats.GetExtension(documentName).(*document); ok {
		return doc
	}
	doc, ok := d.Peek(op.RawQuery)
	if !ok || doc.parsed != op.Doc {
		doc = newDocument(d.schema, op.Doc)
	}
	op.Stats.SetExtension(documentName, doc)
	return doc
}

// plan is the plan of a request's operation.
func (d documents) plan(rq *request) *plan {
	doc := d.of(rq.op)
	choice := doc.choices(rq.op)
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
// @skip and @include ask.
func (d *document) choices(op *graphql.OperationContext) string {
	var b strings.Builder
	b.WriteString(op.Operation.Name)
	for _, name := range d.conditions {
		if yes, _ := op.Variables[name].(bool); yes {
			b.WriteString(" 1")
		} else {
			b.WriteString(" 0")
		}
	}
	return b.String()
}
