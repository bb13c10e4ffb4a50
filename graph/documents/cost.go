package documents

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/graph/cost"
	"sen/internal/auth"
	"sen/internal/content"
)

// Cost is the cost of an operation: how many objects its answer can have, and how much work it takes to find them. It
// is known before the operation runs. docs/limits.md explains how it is counted.
type Cost struct {
	// Requested is the cost of the operation, and Limit is the highest cost that the actor may ask for.
	Requested int `json:"requested"`
	Limit     int `json:"limit"`
}

// BytesInCost is the number of bytes of a request that cost 1 to read, in addition to the cost of its operation.
const BytesInCost = 16 << 10

type readCostKey struct{}

// WithReadCost returns a context that adds a cost to its operation, for reading a long request.
func WithReadCost(ctx context.Context, cost int) context.Context {
	if cost == 0 {
		return ctx
	}
	return context.WithValue(ctx, readCostKey{}, cost)
}

// costs refuses operations that cost too much, before any part of them runs.
type costs struct {
	Cache
	limits cost.Limits
}

var _ interface {
	graphql.OperationContextMutator
	graphql.ResponseInterceptor
	graphql.HandlerExtension
} = costs{}

const costName = "cost"

// ExtensionName implements graphql.HandlerExtension.
func (costs) ExtensionName() string { return "Cost" }

// Validate implements graphql.HandlerExtension.
func (costs) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator. It records the cost.
func (c costs) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	requested, conditions := c.Of(op).costs.Of(op.Operation, op.Variables)
	reading, _ := ctx.Value(readCostKey{}).(int)
	asks := Cost{Requested: cost.Plus(requested, reading), Limit: c.limits.For(auth.ActorOf(ctx))}
	op.Stats.SetExtension(costName, asks)
	if conditions > content.MaxFilterConditions {
		return coded.Errorf(content.CodeTooComplex,
			"The filters of the operation have more than %d conditions together, which is the limit. "+
				"Name several values in one `in` or `ids`, or ask in several requests.", content.MaxFilterConditions)
	}
	if asks.Requested <= asks.Limit {
		return nil
	}
	atLeast := ""
	if asks.Requested == cost.Max {
		atLeast = "at least "
	}
	err := coded.Errorf(content.CodeTooComplex, "The operation costs %s%d; the limit is %d. "+
		"Ask for smaller pages, fewer lists inside lists, or fewer conditions in filters.",
		atLeast, asks.Requested, asks.Limit)
	err.Extensions[costName] = asks
	return err
}

// InterceptResponse implements graphql.ResponseInterceptor. It adds the cost to the answer if the client asked for
// it.
func (costs) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx)
	if asked, _ := op.Extensions[costName].(bool); asked {
		if cost := CostOf(op); cost.Limit > 0 {
			graphql.RegisterExtension(ctx, costName, cost)
		}
	}
	return next(ctx)
}

// CostOf returns the cost of an operation; it is zero if the operation ended before the cost was computed.
func CostOf(op *graphql.OperationContext) Cost {
	cost, _ := op.Stats.GetExtension(costName).(Cost)
	return cost
}
