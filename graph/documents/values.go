package documents

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/graph/scalar"
	"sen/internal/content"
)

// values checks what gqlparser accepts and a resolver would find too late: the values of variables against their
// scalars and enums ("7" for an Int, NaN for a Float, an enum in the wrong case), and literals of our own scalars. An
// error here is an error of the request, and no field runs.
type values struct{ Cache }

var _ interface {
	graphql.OperationContextMutator
	graphql.HandlerExtension
} = values{}

// ExtensionName implements graphql.HandlerExtension.
func (values) ExtensionName() string { return "Values" }

// Validate implements graphql.HandlerExtension.
func (values) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator. It changes nothing.
func (v values) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	doc := v.Of(op)
	if doc.wrong != nil {
		again := *doc.wrong // a copy, because the code that answers may add to the error
		return &again
	}
	for _, def := range op.Operation.VariableDefinitions {
		value, ok := op.Variables[def.Variable]
		// gqlparser accepts null for a variable with a default value.
		if ok && value == nil && slices.Contains(doc.conditions, def.Variable) {
			return coded.Errorf(content.CodeBadUserInput,
				"The variable $%s is asked by @skip or @include, and must not be null.", def.Variable)
		}
		if !ok || value == nil {
			continue
		}
		if err := v.variable(def.Type, value); err != nil {
			return coded.Errorf(content.CodeBadUserInput, "The variable $%s has a wrong value: %s.", def.Variable, err)
		}
	}
	return nil
}

// wrongIn returns the first invalid literal of a document, or nil.
func wrongIn(doc *ast.QueryDocument) *gqlerror.Error {
	var first *gqlerror.Error
	eachSelection(doc, func(s ast.Selection) {
		f, ok := s.(*ast.Field)
		for i := 0; ok && first == nil && i < len(f.Arguments); i++ {
			arg := f.Arguments[i]
			if err := literal(arg.Value); err != nil {
				first = coded.Errorf(content.CodeBadUserInput, "The argument %s of %s has a wrong value: %s.", arg.Name, f.Name,
					err)
				first.Locations = []gqlerror.Location{{Line: arg.Position.Line, Column: arg.Position.Column}}
			}
		}
	})
	return first
}

// scalars has a function for each scalar of the schema, which returns an error if a value is invalid.
var scalars = map[string]func(any) error{
	"Int":      reads(scalar.UnmarshalInt),
	"Float":    finite,
	"String":   reads(scalar.UnmarshalString),
	"ID":       reads(scalar.UnmarshalID),
	"DateTime": reads(func(v any) (any, error) { return scalar.UnmarshalDateTime(context.Background(), v) }),
	"Date":     reads(scalar.UnmarshalDate),
	"Locale":   reads(scalar.UnmarshalLocale),
	"URL":      reads(scalar.UnmarshalURL),
	"Upload": func(v any) error {
		if _, ok := v.(graphql.Upload); !ok {
			return fmt.Errorf("an Upload must be a file of a multipart request")
		}
		return nil
	},
}

func reads[V any](read func(any) (V, error)) func(any) error {
	return func(v any) error {
		_, err := read(v)
		return err
	}
}

func finite(v any) error {
	switch n := v.(type) {
	case json.Number:
		if f, err := strconv.ParseFloat(string(n), 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return nil
		}
	case float64:
		if !math.IsInf(n, 0) && !math.IsNaN(n) {
			return nil
		}
	case int64:
		return nil
	}
	return fmt.Errorf("a Float must be a finite number")
}

// variable returns an error if a value does not match its type.
func (v values) variable(t *ast.Type, value any) error {
	if value == nil {
		return nil
	}
	if t.Elem != nil {
		for _, one := range graphql.CoerceList(value) { // a single value counts as a list of one
			if err := v.variable(t.Elem, one); err != nil {
				return err
			}
		}
		return nil
	}
	def := v.schema.Types[t.NamedType]
	switch def.Kind {
	case ast.Enum:
		s, _ := value.(string)
		if !slices.ContainsFunc(def.EnumValues, func(e *ast.EnumValueDefinition) bool { return e.Name == s }) {
			return fmt.Errorf("it must be a value of %s", t.NamedType)
		}
	case ast.Scalar:
		if check := scalars[t.NamedType]; check != nil {
			return check(value)
		}
	case ast.InputObject:
		object, _ := value.(map[string]any)
		if def.Directives.ForName("oneOf") != nil && !exactlyOne(object) {
			return fmt.Errorf("give exactly one field of %s", t.NamedType)
		}
		for _, field := range def.Fields {
			if err := v.variable(field.Type, object[field.Name]); err != nil {
				return fmt.Errorf("%s: %w", field.Name, err)
			}
		}
	}
	return nil
}

// exactlyOne reports whether exactly one field is set and not null. gqlparser checks this in literals but not in
// variables.
func exactlyOne(object map[string]any) bool {
	for _, value := range object {
		return len(object) == 1 && value != nil
	}
	return false
}

// literal checks a literal in the document against the scalars: gqlparser accepts an Int of 64 bits, and any literal
// for our own scalars.
func literal(value *ast.Value) error {
	if value == nil || value.Kind == ast.Variable || value.Kind == ast.NullValue {
		return nil
	}
	for _, child := range value.Children {
		if err := literal(child.Value); err != nil {
			return err
		}
	}
	if value.Definition == nil || value.Definition.Kind != ast.Scalar || value.Kind == ast.ListValue {
		return nil
	}
	read, err := value.Value(nil)
	if err != nil {
		return err
	}
	if check := scalars[value.Definition.Name]; check != nil {
		return check(read)
	}
	return nil
}
