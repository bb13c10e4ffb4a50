package graph

import (
	"context"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"sen/graph/coded"
	"sen/graph/documents"
	"sen/graph/limits"
	"sen/graph/scalar"
	"sen/internal/cache"
	"sen/internal/content"
)

// Options are what an operator chooses of the GraphQL face.
type Options struct {
	// Introspection lets clients ask for the schema, and be told names that are near a
	// wrong one.
	Introspection bool
	// Walk leaves all queries to gqlgen's own executor, which answers the same, but later: for
	// tests and benchmarks that compare the two.
	Walk bool
	// Walked is told of every query that was left to gqlgen's executor because its plan
	// did not do.
	Walked func()
	// Kept is told what is kept in memory, by its name.
	Kept   func(name string, kept cache.Kept)
	Limits limits.Limits
	Log    *slog.Logger
}

// NewExecutor makes what runs operations against the schema.
func NewExecutor(r *Resolver, o Options) *executor.Executor {
	kept := documents.NewCache(r.schema.Schema())
	if o.Kept != nil {
		o.Kept("documents", kept)
	}
	var schema graphql.ExecutableSchema = planned{r.schema, kept, o.Walked}
	if o.Walk {
		schema = r.schema
	}
	e := executor.New(schema)
	e.SetErrorPresenter(Presenter(o.Log))
	e.SetRecoverFunc(recoverer(o.Log))
	if o.Introspection {
		e.Use(extension.Introspection{})
		e.AroundFields(nullWhereForeign)
	} else {
		e.SetDisableSuggestion(true)
		e.SetDefaultRulesFn(rulesWithoutSuggestions)
	}
	kept.Use(e, o.Limits)
	e.AroundOperations(r.begin)
	return e
}

// begin starts a request: it reads how the client wants to read from its headers.
func (r *Resolver) begin(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	site := r.store.Site()
	reading := &scalar.Reading{Languages: site.Languages, Zone: r.zone(site.TimeZone)}
	headers := graphql.GetOperationContext(ctx).Headers
	if text := headers.Get("Sen-Locale"); text != "" {
		var err error
		if reading.Locale, err = scalar.ParseLocale(text); err != nil {
			return refuse("The header Sen-Locale must be a BCP 47 tag such as vi or en-GB.")
		}
	}
	switch stage := content.Stage(headers.Get("Sen-Stage")); stage {
	case "", content.StagePublished, content.StageDraft:
		reading.Stage = stage
	default:
		return refuse("The header Sen-Stage must be PUBLISHED or DRAFT.")
	}
	if op := graphql.GetOperationContext(ctx).Operation; op.Operation == ast.Mutation && reading.Stage == "" {
		reading.Stage = content.StageDraft // what a change left behind is a working copy
	}
	return next(r.newRequest(scalar.WithReading(ctx, reading)))
}

// zone is a time zone by its name, UTC if there is none. Each is read once: it takes a file.
func (r *Resolver) zone(name string) *time.Location {
	if known, ok := r.zones.Load(name); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		zone = time.UTC
	}
	r.zones.Store(name, zone)
	return zone
}

// refuse answers an operation with an error instead of running it.
func refuse(message string) graphql.ResponseHandler {
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{coded.Errorf(content.CodeBadUserInput, "%s", message)}})
}

// rulesWithoutSuggestions are the specification's validation rules, with none that
// tells names near a wrong one. The executor replaces two by itself; these it forgets.
func rulesWithoutSuggestions() *rules.Rules {
	r := rules.NewDefaultRules()
	for _, told := range []string{
		rules.KnownArgumentNamesRule.Name, rules.KnownTypeNamesRule.Name, rules.ValuesOfCorrectTypeRule.Name,
	} {
		r.RemoveRule(told)
	}
	r.AddRule(rules.KnownArgumentNamesRuleWithoutSuggestions.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.AddRule(rules.KnownTypeNamesRuleWithoutSuggestions.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	r.AddRule(rules.ValuesOfCorrectTypeRuleWithoutSuggestions.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	return r
}
