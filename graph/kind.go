package graph

import (
	"context"

	"sen/graph/scalar"
	"sen/internal/content"
	"sen/internal/storage"
)

// registerKinds adds all kinds.
func registerKinds(r *Resolver) {
	content.Complete(func(k content.Kind) bool { return kinds[k] != nil }, "graph/kinds_gen.go, by `make gen`")
	for _, k := range content.Kinds() {
		kinds[k](r)
	}
}

// kind adds a kind: its source, its two root fields, and the fields that every kind has.
func kind[T any, F content.Filter[F]](r *Resolver, c *storage.Collection[T, F], fields map[string]relation) {
	d := c.Kind().Descriptor()
	s := &kindSource[T, F]{Collection: c, label: d.Label}
	r.sources[c.Kind()] = s
	r.relate("Query", map[string]relation{
		d.Names.One:  s.byArguments(),
		d.Names.Many: listOf(s, func(any) storage.Within { return storage.Within{} }),
	})
	r.relate(string(c.Kind()), map[string]relation{
		"cacheKey":  written(cacheKey, AppendCacheKey),
		"path":      written(func(_ context.Context, e content.Content) any { return content.Path(e) }, appendPath),
		"locale":    written(labelLocale, appendLocale),
		"locales":   value(r.labelLocales),
		"revisions": r.revisions(),
	})
	r.relate(string(c.Kind()), fields)
}

// appendPath appends the address of an entry on the site.
func appendPath(b []byte, at *scalar.Place, e content.Content) []byte {
	slug := e.Common().Slug
	if slug == "" {
		return append(b, "null"...)
	}
	b = append(append(b, '"'), e.Kind().Root()...)
	quote := len(b) // position of the quote, which becomes the slash
	b = scalar.AppendQuoted(b, at, slug)
	b[quote] = '/'
	return b
}

// appendLocale appends the language in which an entry's label is answered.
func appendLocale(b []byte, at *scalar.Place, e content.Content) []byte {
	_, locale := e.Label().In(at.Chain)
	return scalar.AppendString(b, at, locale)
}

// labelLocale returns the language in which an entry's label is answered.
func labelLocale(ctx context.Context, e content.Content) any {
	_, locale := e.Label().In(scalar.Chain(ctx))
	return locale
}

// labelLocales returns the site's languages in which an entry has a label. If there are none, it returns the language
// that answers instead.
func (r *Resolver) labelLocales(_ context.Context, e content.Content) any {
	locales := []content.Locale{}
	label := e.Label()
	for _, locale := range r.store.Site().Languages.Locales {
		if label[locale] != "" || label[content.Undetermined] != "" {
			locales = append(locales, locale)
		}
	}
	if _, answers := label.In(nil); len(locales) == 0 && answers != "" {
		locales = append(locales, answers)
	}
	return locales
}

// children answers with the entries directly below an entry in a tree: the first 100, in the default order of their
// kind.
func children(s pager) relation {
	return relation{load: func(c *call) ([]any, error) {
		parents := make([]storage.Within, len(c.objs))
		for i, obj := range c.objs {
			parents[i] = linked("parent", obj.(content.Content).Common().ID)
		}
		return s.firstElements(c, parents)
	}}
}
