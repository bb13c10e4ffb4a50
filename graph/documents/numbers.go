package documents

import (
	"context"
	"encoding/json"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// numbers converts whole numbers among the variables of a request to integers. Languages with a single number type
// may send 1 as 1.0 or 1e0, and gqlparser does not accept these as Int.
type numbers struct{}

var _ interface {
	graphql.OperationParameterMutator
	graphql.HandlerExtension
} = numbers{}

// ExtensionName implements graphql.HandlerExtension.
func (numbers) ExtensionName() string { return "Numbers" }

// Validate implements graphql.HandlerExtension.
func (numbers) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator.
func (numbers) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	for name, value := range params.Variables {
		params.Variables[name] = whole(value)
	}
	return nil
}

// maxWhole is the limit below which a 64-bit float represents every whole number exactly.
const maxWhole = 1 << 53

// whole returns a value in which every whole number is written as an integer.
func whole(value any) any {
	switch v := value.(type) {
	case json.Number:
		if _, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return v
		}
		if f, err := v.Float64(); err == nil && f == math.Trunc(f) && math.Abs(f) <= maxWhole {
			return json.Number(strconv.FormatInt(int64(f), 10))
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = whole(v[name])
		}
	}
	return value
}
