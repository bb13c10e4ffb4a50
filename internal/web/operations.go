package web

import (
	"context"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"sen/graph/documents"
	"sen/internal/engine"
)

// operations runs what was asked for, and lets an operator see it: in the request's trace, and in the log
// where it was slow. Neither holds variables or what was answered.
type operations struct {
	exec *executor.Executor
	// slow is the time from which an operation is logged; zero logs none.
	slow time.Duration
	log  *slog.Logger
}

// dispatch runs an operation; the response is nil if the context ended before it was there.
func (o operations) dispatch(ctx context.Context, op *graphql.OperationContext) *graphql.Response {
	ctx, trips := engine.CountTrips(ctx)
	ctx, span := startOperation(ctx, op)
	responses, ctx := o.exec.DispatchOperation(ctx, op)
	response := responses(ctx)
	endOperation(span, response)
	if took := time.Since(op.Stats.OperationStart); o.slow > 0 && took >= o.slow {
		o.log.WarnContext(ctx, "slow operation", "operation", operationName(op), "type", op.Operation.Operation, "took", took,
			"cost", documents.CostOf(op).Requested, "trips", trips.Count(), "store", trips.Took(), "request", op.Headers.Get("X-Request-Id"))
	}
	return response
}
