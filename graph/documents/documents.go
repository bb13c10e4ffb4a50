// Package documents prepares a document before its operation is executed: it parses the document within the limits,
// validates its values, computes its cost, and caches it for the next request. It also reads the file of trusted
// documents.
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

// Cache has valid documents by their text, parsed and with their costs. Each was within the limits.
type Cache struct {
	*cache.Fixed[*Document]
	schema *ast.Schema
}

var _ graphql.Cache[*ast.QueryDocument] = Cache{}

// Document is a valid document. Requests that send the same text share it.
type Document struct {
	parsed *ast.QueryDocument
	// wrong is the error in the literals of the document; nil if they are valid.
	wrong *gqlerror.Error
	// conditions are the names of the variables in its @skip and @include.
	conditions []string
	costs      *cost.Document
	mu         sync.Mutex
	plans      map[string]any
}

const (
	// documentBytes is the capacity of the cache in bytes, as estimated by [Weight].
	documentBytes = 64 << 20
	// perByte is the estimated memory in bytes for each byte of text, with the parsed document, its costs and its
	// plans. perDocument is the estimated memory of any document. Both are measured on the queries of the playground:
	// see TestDocumentWeight.
	perByte, perDocument = 80, 4 << 10
	// maxPlans is the largest number of plans that are kept for a document. There is one for each operation and each
	// combination of the values of its @skip and @include.
	maxPlans = 16
)

// NewCache returns an empty cache of documents that are valid against a schema.
func NewCache(schema *ast.Schema) Cache {
	weigh := func(text string, _ *Document) uint32 { return uint32(Weight(text)) }
	return Cache{cache.NewFixed(documentBytes, weigh), schema}
}

// Use makes an executor keep its documents in the cache. The executor refuses documents that exceed the limits, cost
// too much, or have invalid values.
func (d Cache) Use(e *executor.Executor, l limits.Limits) {
	e.SetQueryCache(d)
	e.SetParserTokenLimit(l.Tokens)
	e.Use(limiter{d, l})
	e.Use(numbers{})
	e.Use(values{d})
	e.Use(costs{d, l.Cost})
}

// Weight estimates the memory in bytes that a document takes in the cache, with its costs and its plans.
func Weight(text string) int { return perByte*len(text) + perDocument }

// Get implements graphql.Cache.
func (d Cache) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	doc, ok := d.Fixed.Get(text)
	if !ok {
		return nil, false
	}
	return doc.parsed, true
}

// Add implements graphql.Cache. It removes the parent types from the fields. gqlgen merges two fields only if they
// are selected on the same type, or on an interface and a type that implements it: it would answer `node { id ... on
// Content { id } }` with id twice (TestKeysOnce). Validation has made sure that all fields with the same response
// name on one object are the same field.
func (d Cache) Add(_ context.Context, text string, parsed *ast.QueryDocument) {
	eachSelection(parsed, func(s ast.Selection) {
		if f, ok := s.(*ast.Field); ok {
			f.ObjectDefinition = nil
		}
	})
	d.Put(text, newDocument(d.schema, parsed))
}

// newDocument computes everything that does not depend on variables.
func newDocument(schema *ast.Schema, parsed *ast.QueryDocument) *Document {
	return &Document{
		parsed: parsed, wrong: wrongIn(parsed), conditions: conditionsIn(parsed), costs: cost.Of(schema, parsed),
		plans: map[string]any{},
	}
}

// documentName is the key of the document in the data of an operation.
const documentName = "document"

// Of returns the document of an operation. The operation keeps a reference to it, because the cache may drop it
// meanwhile.
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

// Plan returns the executor's plan of an operation. If the document has none for the operation and the values of its
// @skip and @include, Plan calls make, and keeps the result with the document unless that already has maxPlans.
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

// planKey returns the name of the operation and the values of the variables in @skip and @include.
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
