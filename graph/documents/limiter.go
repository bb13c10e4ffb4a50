package documents

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/graph/limits"
	"sen/internal/content"
)

// limiter refuses documents that exceed a limit.
type limiter struct {
	Cache
	limits limits.Limits
}

var _ interface {
	graphql.OperationParameterMutator
	graphql.HandlerExtension
} = limiter{}

// ExtensionName implements graphql.HandlerExtension.
func (limiter) ExtensionName() string { return "Limits" }

// Validate implements graphql.HandlerExtension.
func (limiter) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator. It changes nothing.
func (l limiter) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	var doc *ast.QueryDocument
	if cached, ok := l.Peek(params.Query); ok {
		doc = cached.parsed
	} else {
		var err *gqlerror.Error
		if doc, err = l.limits.Parse(params.Query); err != nil {
			return err
		}
	}
	if doc == nil || ctx.Value(readOnlyKey{}) == nil {
		return nil
	}
	if op := doc.Operations.ForName(params.OperationName); op != nil && op.Operation != ast.Query {
		return ErrReadOnly
	}
	return nil
}

// ErrReadOnly refuses an operation that is not a query where only queries are allowed.
var ErrReadOnly = coded.Errorf(content.CodeBadUserInput, "Only queries are served here; send anything else by POST.")

type readOnlyKey struct{}

// ReadOnly returns a context in which only queries are allowed.
func ReadOnly(ctx context.Context) context.Context {
	return context.WithValue(ctx, readOnlyKey{}, true)
}
