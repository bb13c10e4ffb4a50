// Package graph is the GraphQL face of Sen: it answers the schema's fields from
// content. Each field that leads somewhere is a relation (see relation.go), and a
// request answers them a level at a time (see request.go), so that however many
// objects a page has, the store is asked as often.
package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/storage"
)

// Resolver answers the fields of the schema. Its methods are written by
// graph/generate; what they answer stands in the relations.
type Resolver struct {
	store *storage.Store
	// newsroom makes the changes.
	newsroom *newsroom.Newsroom
	// people sign in.
	people *newsroom.People
	// publicURL is where clients reach the program, without a slash at its end.
	publicURL string
	sources   map[content.Kind]source
	// relations has what answers a field, by type and field: "Article.authors".
	relations map[string]relation
	schema    *executableSchema
	// satisfies has for each object the types that a fragment on it may name.
	satisfies map[string][]string
	// zones are the time zones that were asked for, by name.
	zones sync.Map
}

// NewResolver makes what answers the schema's fields from a store.
func NewResolver(store *storage.Store, room *newsroom.Newsroom, people *newsroom.People, publicURL string) *Resolver {
	r := &Resolver{
		store: store, newsroom: room, people: people, publicURL: strings.TrimSuffix(publicURL, "/"),
		sources: map[content.Kind]source{}, relations: map[string]relation{},
		satisfies: map[string][]string{},
	}
	for _, register := range []func(*Resolver){
		registerKinds, registerBody, registerSite, registerNode, registerRevision, registerMutation, registerPeople,
	} {
		register(r)
	}
	r.schema = NewExecutableSchema(Config{Resolvers: r}).(*executableSchema)
	for name, def := range r.schema.Schema().Types {
		if def.Kind == ast.Object {
			r.satisfies[name] = append([]string{name}, def.Interfaces...)
			for _, union := range r.schema.Schema().Types {
				if union.Kind == ast.Union && slices.Contains(union.Types, name) {
					r.satisfies[name] = append(r.satisfies[name], union.Name)
				}
			}
		}
	}
	return r
}

// relate adds the relations of a type.
func (r *Resolver) relate(object string, fields map[string]relation) {
	for name, rel := range fields {
		if err := rel.check(); err != nil {
			panic(fmt.Sprintf("the relation %s.%s: %v", object, name, err)) // it stands in this package
		}
		r.relations[object+"."+name] = rel
	}
}

// resolve answers the field at which a context stands, for one object.
func resolve[R any](ctx context.Context, obj any) (R, error) {
	answer, err := requestOf(ctx).resolved(ctx, obj)
	found, ok := answer.(R)
	if !ok && answer != nil && err == nil {
		err = fmt.Errorf("a %T was answered where a %T is due", answer, found)
	}
	return found, err
}
