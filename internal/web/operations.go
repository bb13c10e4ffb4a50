package web

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/graph/documents"
	"sen/internal/content"
	"sen/internal/engine"
)

// operations executes operations and shows them to the operator: in the trace of the request, and in the log if they
// were slow. The trace and the log contain neither variables nor answers.
type operations struct {
	exec *executor.Executor
	// confirm is [storage.Store.Confirm].
	confirm func(ctx context.Context, tables ...string) error
	// languages returns the site's languages.
	languages func() content.Languages
	// slow is the duration from which an operation is logged; zero logs none.
	slow time.Duration
	log  *slog.Logger
}

// dispatch runs an operation. The response is nil if the context ended before it. A shared response without errors is
// confirmed with the store, because a cache may store it.
func (o operations) dispatch(ctx context.Context, op *graphql.OperationContext, shared bool) *graphql.Response {
	ctx, trips := engine.CountTrips(ctx)
	ctx, span := startOperation(ctx, op)
	responses, ctx := o.exec.DispatchOperation(ctx, op)
	response := responses(ctx)
	if shared && response != nil && len(response.Errors) == 0 {
		if err := o.confirm(ctx, trips.Empty()...); err != nil {
			response = &graphql.Response{Data: []byte("null"), Errors: gqlerror.List{unconfirmed(op, err, o.languages)}}
		}
	}
	endOperation(span, response)
	if took := time.Since(op.Stats.OperationStart); o.slow > 0 && took >= o.slow {
		o.log.WarnContext(ctx, "slow operation", "operation", operationName(op), "type", op.Operation.Operation, "took", took,
			"cost", documents.CostOf(op).Requested, "trips", trips.Count(), "store", trips.Took(), "request",
			op.Headers.Get("X-Request-Id"))
	}
	return response
}

// unconfirmed returns the error of an answer that could not be confirmed.
func unconfirmed(op *graphql.OperationContext, err error, languages func() content.Languages) *gqlerror.Error {
	reason, ok := errors.AsType[*content.Error](err)
	if !ok {
		reason = content.Errorf(content.CodeUnavailable, "The store did not answer. Try again.")
	}
	return coded.Errorf(reason.Code, "%s", reason.In(chainOf(op.Headers, languages)))
}
