package web

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph"
	"sen/graph/coded"
	"sen/graph/documents"
	"sen/internal/cache"
	"sen/internal/content"
)

// itemsInTime is the number of items of bulk mutations that get the time of one operation.
const itemsInTime = 20

// writeTime is how long the server may take to send an answer after its operation.
const writeTime = 10 * time.Second

// timeLimit returns how long an operation may take. It grows with the number of items of bulk mutations.
func (g *graphQL) timeLimit(op *graphql.OperationContext) time.Duration {
	return time.Duration(1+max(graph.Items(op)-1, 0)/itemsInTime) * g.timeout
}

// execute runs an operation within a time limit. If the answer is shared and has no errors, it also returns the
// header for HTTP caches, and the tags under which the answer may be cached.
func (g *graphQL) execute(
	ctx context.Context, op *graphql.OperationContext, limit time.Duration, mediaType string, shared bool,
) *cache.Answer {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ctx, read := cache.Collect(ctx)
	response := g.dispatch(ctx, op, shared)
	if response == nil { // the context ended before the operation
		response = &graphql.Response{Data: []byte("null"), Errors: gqlerror.List{
			tooLate(op, limit, g.languages),
		}}
	}
	done := &cache.Answer{Status: http.StatusOK, Cost: documents.CostOf(op).Requested}
	ran := response.Data != nil || len(response.Errors) == 0
	if !ran && mediaType == mediaResponse {
		done.Status = http.StatusBadRequest
	}
	if unavailable(response) {
		done.Status = http.StatusServiceUnavailable
	}
	done.Body = render(response, ran)
	if shared && len(response.Errors) == 0 {
		tags := read.All()
		if len(tags) > 0 {
			done.Tags = tags
		}
		done.Header = sharedHeader(done.Body, mediaType, tags, g.sharedMaxAge)
	}
	return done
}

// tooLate returns the error of an operation that exceeded its time limit.
func tooLate(op *graphql.OperationContext, limit time.Duration, languages func() content.Languages) *gqlerror.Error {
	err := content.Errorf(content.CodeUnavailable, "The answer took longer than %s. Ask for less, or try again.", limit)
	return coded.Errorf(err.Code, "%s", err.In(chainOf(op.Headers, languages)))
}
