package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/graph/scalar"
	"sen/internal/content"
)

// Presenter converts an internal error to a GraphQL error. An error without a code becomes INTERNAL: it is logged in
// full, and the client sees only a request id.
func Presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var gqlErr *gqlerror.Error
		errors.As(err, &gqlErr)
		if gqlErr != nil && gqlErr.Extensions["code"] != nil && gqlErr.Err == nil {
			return clarify(gqlErr)
		}
		path := graphql.GetPath(ctx)
		if gqlErr != nil && gqlErr.Path != nil {
			path = gqlErr.Path
		}
		var contentErr *content.Error
		var presented *gqlerror.Error
		said := func(contentErr *content.Error) *gqlerror.Error {
			return coded.Errorf(contentErr.Code, "%s", contentErr.In(scalar.Chain(ctx)))
		}
		switch {
		case errors.As(err, &contentErr):
			presented = said(contentErr)
			if contentErr.Cause != nil {
				log.ErrorContext(ctx, "field failed", "path", path.String(), "code", contentErr.Code, "err", contentErr.Cause)
			}
		case errors.Is(err, context.DeadlineExceeded):
			presented = said(content.Errorf(content.CodeUnavailable, "The answer took too long. Ask for less, or try again."))
		case errors.Is(err, context.Canceled):
			presented = said(content.Errorf(content.CodeUnavailable, "The request was given up."))
		case gqlErr != nil && gqlErr.Err == nil:
			presented = coded.Errorf(content.CodeBadUserInput, "%s", gqlErr.Message)
		default:
			id := requestID(ctx)
			log.ErrorContext(ctx, "internal error", "path", path.String(), "request", id, "err", err)
			presented = said(content.Errorf(content.CodeInternal,
				"Something went wrong on our side. Tell us the request id if it stays so."))
			presented.Extensions["requestId"] = id
		}
		presented.Path = path
		if gqlErr != nil {
			presented.Locations = gqlErr.Locations
		}
		return presented
	}
}

// noOperation is gqlgen's message if a request names no operation and the document has not exactly one.
const noOperation = "operation  not found"

// invalidScalar matches gqlparser's message if a variable is not a valid scalar of the specification. That message
// names the Go type of the decoded value, or another value (vektah/gqlparser, validator/vars.go).
var invalidScalar = regexp.MustCompile(`^cannot use .* as (Int|Float|String|ID|Boolean)$`)

// scalarRules are the messages that say what a scalar of the specification must be.
var scalarRules = map[string]string{
	"Int": "an Int must be a whole number of 32 bits", "Float": "a Float must be a finite number",
	"String": "a String must be a string",
	"ID":     "an ID must be a string", "Boolean": "a Boolean must be true or false",
}

// clarify replaces messages of gqlparser and gqlgen by clearer ones.
func clarify(err *gqlerror.Error) *gqlerror.Error {
	if err.Message == noOperation {
		named := *err
		named.Message = "There is no single operation to run: say in operationName which one of the document's is meant."
		return &named
	}
	if kind := invalidScalar.FindStringSubmatch(err.Message); kind != nil {
		ruled := *err
		ruled.Message = scalarRules[kind[1]]
		err = &ruled
	}
	return withoutVariablePath(err)
}

// withoutVariablePath moves the place in a variable from the error's path to its message. gqlparser puts it into the
// path, but a path must lead to a field of the answer, and there is no answer yet.
func withoutVariablePath(err *gqlerror.Error) *gqlerror.Error {
	if len(err.Path) == 0 || err.Path[0] != ast.PathName("variable") {
		return err
	}
	moved := *err
	moved.Message = "The variable $" + err.Path[1:].String() + " has a wrong value: " + err.Message + "."
	moved.Path = nil
	return &moved
}

// recoverer converts a panic to an error and logs the stack.
func recoverer(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, cause any) error {
		log.ErrorContext(ctx, "panic", "request", requestID(ctx), "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		return fmt.Errorf("panic: %v", cause)
	}
}

// requestID returns the id of the request in the log; the HTTP layer gives each request one.
func requestID(ctx context.Context) string {
	if !graphql.HasOperationContext(ctx) {
		return ""
	}
	return graphql.GetOperationContext(ctx).Headers.Get("X-Request-Id")
}
