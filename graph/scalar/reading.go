package scalar

import (
	"context"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"sen/internal/content"
)

// Reading has a request's defaults and the properties of the site.
type Reading struct {
	Languages content.Languages
	// Zone is the time zone in which times are written.
	Zone *time.Location
	// Locale and Stage are the request's defaults, from its headers; if empty, those of the site.
	Locale content.Locale
	Stage  content.Stage

	chains sync.Map // content.Locale to []content.Locale
}

type readingKey struct{}

// WithReading returns a context whose request has these defaults.
func WithReading(ctx context.Context, r *Reading) context.Context {
	return context.WithValue(ctx, readingKey{}, r)
}

// plain holds for a context without a Reading.
var plain = &Reading{Languages: content.Languages{Default: "vi", Locales: []content.Locale{"vi"}}, Zone: time.UTC}

func reading(ctx context.Context) *Reading {
	if r, ok := ctx.Value(readingKey{}).(*Reading); ok {
		return r
	}
	return plain
}

// argument returns the nearest value of an argument, from the field that is being answered up to its root field: an
// argument holds for everything below its field.
func argument[V any](ctx context.Context, name string, otherwise V) V {
	for fc := graphql.GetFieldContext(ctx); fc != nil; fc = fc.Parent {
		if v, ok := fc.Args[name].(*V); ok && v != nil {
			return *v
		}
	}
	return otherwise
}

// Locale returns the language that the client requested for the field that is being answered.
func Locale(ctx context.Context) content.Locale {
	r := reading(ctx)
	if r.Locale == "" {
		return argument(ctx, "locale", r.Languages.Default)
	}
	return argument(ctx, "locale", r.Locale)
}

// Stage returns the stage that the client requested for the field that is being answered.
func Stage(ctx context.Context) content.Stage {
	r := reading(ctx)
	if r.Stage == "" {
		return argument(ctx, "stage", content.StagePublished)
	}
	return argument(ctx, "stage", r.Stage)
}

// Chain returns the languages that may answer the field, the requested one first.
func Chain(ctx context.Context) []content.Locale { return reading(ctx).chain(Locale(ctx)) }

func (r *Reading) chain(locale content.Locale) []content.Locale {
	if chain, ok := r.chains.Load(locale); ok {
		return chain.([]content.Locale)
	}
	chain := r.Languages.Chain(locale)
	r.chains.Store(locale, chain)
	return chain
}
