package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/internal/auth"
	"sen/internal/content"
)

// Cost is what an operation costs: how many objects its answer can have, which is told before it runs. How it
// is counted stands in docs/operations.md.
type Cost struct {
	// Requested is the cost of the operation, Limit the most for whoever asks.
	Requested int `json:"requested"`
	Limit     int `json:"limit"`
}

// CostLimits are the most that an operation may cost, by the role of who asks. That of no role is for
// strangers and guests, and for roles that are not named.
type CostLimits map[content.Role]int

// of is the limit for who asks; nil is a stranger.
func (l CostLimits) of(actor *content.Actor) int {
	if actor != nil {
		if limit, ok := l[actor.Role]; ok {
			return limit
		}
	}
	return l[""]
}

// most is the highest limit of any role.
func (l CostLimits) most() (most int) {
	for _, limit := range l {
		most = max(most, limit)
	}
	return most
}

// costs refuses operations that cost too much, before anything of them runs.
type costs struct {
	documents
	limits CostLimits
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

// MutateOperationContext implements graphql.OperationContextMutator; it notes the cost.
func (c costs) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	cost := Cost{Requested: c.of(op).costs.of(op.Operation, op.Variables), Limit: c.limits.of(auth.ActorOf(ctx))}
	op.Stats.SetExtension(costName, cost)
	if cost.Requested <= cost.Limit {
		return nil
	}
	atLeast := ""
	if cost.Requested == maxCost {
		atLeast = "at least "
	}
	err := coded(content.CodeTooComplex, "The operation costs %s%d; the limit is %d. Ask for smaller pages, or for fewer lists inside lists.",
		atLeast, cost.Requested, cost.Limit)
	err.Extensions[costName] = cost
	return err
}

// InterceptResponse implements graphql.ResponseInterceptor: it tells the cost to who asks for it.
func (costs) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	op := graphql.GetOperationContext(ctx)
	if asked, _ := op.Extensions[costName].(bool); asked {
		if cost := CostOf(op); cost.Limit > 0 {
			graphql.RegisterExtension(ctx, costName, cost)
		}
	}
	return next(ctx)
}

// CostOf is what an operation costs; nothing if it came to an end before that was told.
func CostOf(op *graphql.OperationContext) Cost {
	cost, _ := op.Stats.GetExtension(costName).(Cost)
	return cost
}
