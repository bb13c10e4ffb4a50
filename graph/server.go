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

// Options are the operator's settings of the GraphQL API.
type Options struct {
	// Introspection lets clients query the schema, and adds names that are similar to a wrong name to error messages.
	Introspection bool
	// Walk leaves all queries to gqlgen's own executor, which gives the same answers more slowly. It is for tests and
	// benchmarks that compare both.
	Walk bool
	// Walked is called for each query that gqlgen's executor has to answer because its plan can't.
	Walked func()
	// Kept is called with each cache and its name.
	Kept   func(name string, kept cache.Kept)
	Limits limits.Limits
	Log    *slog.Logger
}

// NewExecutor returns an executor of operations against the schema.
func NewExecutor(r *Resolver, o Options) *executor.Executor {
	docs := documents.NewCache(r.schema.Schema())
	if o.Kept != nil {
		o.Kept("documents", docs)
	}
	var schema graphql.ExecutableSchema = plannedSchema{r.schema, docs, o.Walked}
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
	docs.Use(e, o.Limits)
	e.AroundOperations(r.begin)
	e.AroundResponses(addSearchState)
	return e
}

// begin starts a request: it reads the request's defaults from its headers.
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
		reading.Stage = content.StageDraft // the answer to a mutation shows the draft that it changed
	}
	return next(r.newRequest(scalar.WithReading(ctx, reading)))
}

// zone returns a time zone by its name, or UTC if there is none. It caches zones, because reading one opens a file.
func (r *Resolver) zone(name string) *time.Location {
	if cached, ok := r.zones.Load(name); ok {
		return cached.(*time.Location)
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

// rulesWithoutSuggestions returns the specification's validation rules, without suggestions of similar names. The
// executor replaces two rules by itself, but not these.
func rulesWithoutSuggestions() *rules.Rules {
	r := rules.NewDefaultRules()
	for _, rule := range []string{
		rules.KnownArgumentNamesRule.Name, rules.KnownTypeNamesRule.Name, rules.ValuesOfCorrectTypeRule.Name,
	} {
		r.RemoveRule(rule)
	}
	r.AddRule(rules.KnownArgumentNamesRuleWithoutSuggestions.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.AddRule(rules.KnownTypeNamesRuleWithoutSuggestions.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	r.AddRule(rules.ValuesOfCorrectTypeRuleWithoutSuggestions.Name,
		rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	return r
}
