package graph_test

import (
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"sen"
	"sen/graph/cost"
	"sen/graph/limits"
	"sen/internal/testkit"
)

// TestDefaultCostLimits checks that the limits allow ten times the cost of every page of the playground, and refuse a
// query for pages of pages.
func TestDefaultCostLimits(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: sen.Schema})
	price := func(text string) int {
		doc, errs := gqlparser.LoadQueryWithRules(schema, text, nil)
		if errs != nil {
			t.Fatal(errs)
		}
		op := doc.Operations[0]
		variables, err := validator.VariableValues(schema, op, map[string]any{"login": "a", "password": "b", "file": "c"})
		if err != nil {
			t.Fatal(err)
		}
		price, _ := cost.Of(schema, doc).Of(op, variables)
		return price
	}
	limit := limits.Default.Cost.For(nil)
	for name, text := range testkit.Queries(t) {
		if got := price(text); 10*got > limit {
			t.Errorf("%s costs %d of %d", name, got, limit)
		}
	}
	if got := price(`{ articles(first: 100) { nodes { related(first: 100) { nodes { title } } } } }`); got <= limit {
		t.Errorf("100 × 100 articles cost %d of %d", got, limit)
	}
}
