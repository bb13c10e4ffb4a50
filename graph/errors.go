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

// Presenter makes the error of an answer from an error of the inside. What no code
// was given to is INTERNAL: it is logged whole, and leaves as a request id alone.
func Presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var shown *gqlerror.Error
		errors.As(err, &shown)
		if shown != nil && shown.Extensions["code"] != nil && shown.Err == nil {
			return clearer(shown)
		}
		path := graphql.GetPath(ctx)
		if shown != nil && shown.Path != nil {
			path = shown.Path
		}
		var known *content.Error
		var presented *gqlerror.Error
		said := func(known *content.Error) *gqlerror.Error {
			return coded.Errorf(known.Code, "%s", known.In(scalar.Chain(ctx)))
		}
		switch {
		case errors.As(err, &known):
			presented = said(known)
			if known.Cause != nil {
				log.ErrorContext(ctx, "field failed", "path", path.String(), "code", known.Code, "err", known.Cause)
			}
		case errors.Is(err, context.DeadlineExceeded):
			presented = said(content.Errorf(content.CodeUnavailable, "The answer took too long. Ask for less, or try again."))
		case errors.Is(err, context.Canceled):
			presented = said(content.Errorf(content.CodeUnavailable, "The request was given up."))
		case shown != nil && shown.Err == nil:
			presented = coded.Errorf(content.CodeBadUserInput, "%s", shown.Message)
		default:
			id := requestID(ctx)
			log.ErrorContext(ctx, "internal error", "path", path.String(), "request", id, "err", err)
			presented = said(content.Errorf(content.CodeInternal, "Something went wrong on our side. Tell us the request id if it stays so."))
			presented.Extensions["requestId"] = id
		}
		presented.Path = path
		if shown != nil {
			presented.Locations = shown.Locations
		}
		return presented
	}
}

// noOperation is what gqlgen says of a request that names no operation, where the document has not exactly one.
const noOperation = "operation  not found"

// noScalar matches what gqlparser says of a variable that is none of the specification's scalars. It names how the
// value was decoded, or another value (vektah/gqlparser, validator/vars.go).
var noScalar = regexp.MustCompile(`^cannot use .* as (Int|Float|String|ID|Boolean)$`)

// scalarRules say what the specification's scalars must be.
var scalarRules = map[string]string{
	"Int": "an Int must be a whole number of 32 bits", "Float": "a Float must be a finite number", "String": "a String must be a string",
	"ID": "an ID must be a string", "Boolean": "a Boolean must be true or false",
}

// clearer says more clearly what gqlparser and gqlgen say.
func clearer(err *gqlerror.Error) *gqlerror.Error {
	if err.Message == noOperation {
		named := *err
		named.Message = "There is no single operation to run: say in operationName which one of the document's is meant."
		return &named
	}
	if kind := noScalar.FindStringSubmatch(err.Message); kind != nil {
		ruled := *err
		ruled.Message = scalarRules[kind[1]]
		err = &ruled
	}
	return withoutVariablePath(err)
}

// withoutVariablePath moves the place in a variable, which the parser puts into the
// path, into the message: a path leads to a field of the answer, and there is none yet.
func withoutVariablePath(err *gqlerror.Error) *gqlerror.Error {
	if len(err.Path) == 0 || err.Path[0] != ast.PathName("variable") {
		return err
	}
	moved := *err
	moved.Message = "The variable $" + err.Path[1:].String() + " has a wrong value: " + err.Message + "."
	moved.Path = nil
	return &moved
}

// recoverer turns a panic into an error; the stack goes to the log.
func recoverer(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, cause any) error {
		log.ErrorContext(ctx, "panic", "request", requestID(ctx), "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
		return fmt.Errorf("panic: %v", cause)
	}
}

// requestID is the id by which the log knows the request; the HTTP layer gives each one.
func requestID(ctx context.Context) string {
	if !graphql.HasOperationContext(ctx) {
		return ""
	}
	return graphql.GetOperationContext(ctx).Headers.Get("X-Request-Id")
}
