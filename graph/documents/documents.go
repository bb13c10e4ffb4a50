// Package documents does what is done with a document before it is executed: it parses it within the limits, validates
// its values, works out its cost, and keeps it for the next request. It also reads the file of trusted documents.
package documents

import (
	"context"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/cost"
	"sen/graph/limits"
	"sen/internal/cache"
)

// Cache keeps valid documents by their text, each parsed and with its costs. Documents in it were within the limits.
type Cache struct {
	*cache.Fixed[*Document]
	schema *ast.Schema
}

var _ graphql.Cache[*ast.QueryDocument] = Cache{}

// Document is a valid document. Requests that send the same text share it.
type Document struct {
	parsed *ast.QueryDocument
	// wrong is the error in its literals; nil if they are right.
	wrong *gqlerror.Error
	// conditions are the variables in its @skip and @include.
	conditions []string
	costs      *cost.Document
	mu         sync.Mutex
	plans      map[string]any
}

const (
	// documentBytes bounds what is kept, as weighed.
	documentBytes = 64 << 20
	// perByte is what a byte of text weighs, parsed, priced and planned, and perDocument what any
	// document does: measured on the queries of the playground, see TestDocumentWeight.
	perByte, perDocument = 80, 4 << 10
	// maxPlans is how many plans are kept of a document: one for each operation and each combination of the values of
	// its @skip and @include.
	maxPlans = 16
)

// NewCache makes an empty cache of documents that are valid against a schema.
func NewCache(schema *ast.Schema) Cache {
	weigh := func(text string, _ *Document) uint32 { return uint32(Weight(text)) }
	return Cache{cache.NewFixed(documentBytes, weigh), schema}
}

// Use has an executor keep its documents in the cache and refuse those that are over the limits, cost too much, or have
// wrong values.
func (d Cache) Use(e *executor.Executor, l limits.Limits) {
	e.SetQueryCache(d)
	e.SetParserTokenLimit(l.Tokens)
	e.Use(limiter{d, l})
	e.Use(numbers{})
	e.Use(values{d})
	e.Use(costs{d, l.Cost})
}

// Weight is about how many bytes of memory a document takes in the cache, with its costs and its plans.
func Weight(text string) int { return perByte*len(text) + perDocument }

// Get implements graphql.Cache.
func (d Cache) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	doc, ok := d.Fixed.Get(text)
	if !ok {
		return nil, false
	}
	return doc.parsed, true
}

// Add implements graphql.Cache. gqlgen takes two fields for one only where they are selected on the same type, or on an
// interface and a type that has it: `node { id ... on Content { id } }` would answer id twice (TestKeysOnce). What one
// object can select under one name is one field, the validation saw to it; so the types are taken away.
func (d Cache) Add(_ context.Context, text string, parsed *ast.QueryDocument) {
	eachSelection(parsed, func(s ast.Selection) {
		if f, ok := s.(*ast.Field); ok {
			f.ObjectDefinition = nil
		}
	})
	d.Put(text, newDocument(d.schema, parsed))
}

// newDocument works out what does not depend on variables.
func newDocument(schema *ast.Schema, parsed *ast.QueryDocument) *Document {
	return &Document{
		parsed: parsed, wrong: wrongIn(parsed), conditions: conditionsIn(parsed), costs: cost.Of(schema, parsed),
		plans: map[string]any{},
	}
}

// documentName is the key of the document among the data of an operation.
const documentName = "document"

// Of is the document of an operation. The operation keeps it, because others may push it out of the cache meanwhile.
func (d Cache) Of(op *graphql.OperationContext) *Document {
	if doc, ok := op.Stats.GetExtension(documentName).(*Document); ok {
		return doc
	}
	doc, ok := d.Peek(op.RawQuery)
	if !ok || doc.parsed != op.Doc {
		doc = newDocument(d.schema, op.Doc)
	}
	op.Stats.SetExtension(documentName, doc)
	return doc
}

// Plan is the plan of an operation: the executor's own, which makes it when the document has none for the operation and
// the values of its @skip and @include. It is kept with the document.
func (d *Document) Plan(op *graphql.OperationContext, make func() any) any {
	key := d.planKey(op)
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.plans[key]
	if p == nil {
		if p = make(); len(d.plans) < maxPlans {
			d.plans[key] = p
		}
	}
	return p
}

// planKey has the name of the operation and the values of the variables in @skip and @include.
func (d *Document) planKey(op *graphql.OperationContext) string {
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
