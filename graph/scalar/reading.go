package scalar

import (
	"context"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"sen/internal/content"
)

// Reading is how a request reads: its defaults, and the site that it reads from.
type Reading struct {
	Languages content.Languages
	// Zone is the zone in which moments are written.
	Zone *time.Location
	// Locale and Stage are the request's defaults, from its headers; empty for the site's.
	Locale content.Locale
	Stage  content.Stage

	chains sync.Map // content.Locale to []content.Locale
}

type readingKey struct{}

// WithReading gives a context in which a request reads as told.
func WithReading(ctx context.Context, r *Reading) context.Context {
	return context.WithValue(ctx, readingKey{}, r)
}

// plain is how a request reads that nothing was said of.
var plain = &Reading{Languages: content.Languages{Default: "vi", Locales: []content.Locale{"vi"}}, Zone: time.UTC}

func reading(ctx context.Context) *Reading {
	if r, ok := ctx.Value(readingKey{}).(*Reading); ok {
		return r
	}
	return plain
}

// argument finds the nearest value of an argument, from the field that is being
// answered up to its root: an argument holds for everything below it.
func argument[V any](ctx context.Context, name string, otherwise V) V {
	for fc := graphql.GetFieldContext(ctx); fc != nil; fc = fc.Parent {
		if v, ok := fc.Args[name].(*V); ok && v != nil {
			return *v
		}
	}
	return otherwise
}

// Locale is the language that the field being answered was asked for in.
func Locale(ctx context.Context) content.Locale {
	r := reading(ctx)
	if r.Locale == "" {
		return argument(ctx, "locale", r.Languages.Default)
	}
	return argument(ctx, "locale", r.Locale)
}

// Stage is the copy that the field being answered was asked for from.
func Stage(ctx context.Context) content.Stage {
	r := reading(ctx)
	if r.Stage == "" {
		return argument(ctx, "stage", content.StagePublished)
	}
	return argument(ctx, "stage", r.Stage)
}

// Chain is the languages that may answer for the field, the asked one first.
func Chain(ctx context.Context) []content.Locale { return reading(ctx).chain(Locale(ctx)) }

func (r *Reading) chain(locale content.Locale) []content.Locale {
	if chain, ok := r.chains.Load(locale); ok {
		return chain.([]content.Locale)
	}
	chain := r.Languages.Chain(locale)
	r.chains.Store(locale, chain)
	return chain
}
