// Package graph answers GraphQL operations from the store. A relation describes each field that needs more than its
// object (see relation.go). A request answers the fields level by level (see request.go), so the number of round
// trips to the store does not depend on the number of objects of a page.
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
	"sen/internal/people"
	"sen/internal/search/service"
	"sen/internal/storage"
)

// Resolver answers the fields of the schema. graph/generate writes its methods; the relations answer them.
type Resolver struct {
	store    *storage.Store
	newsroom *newsroom.Newsroom
	people   *people.People
	search   *service.Service
	// publicURL is the address at which clients reach the program, without a slash at its end.
	publicURL string
	sources   map[content.Kind]source
	// relations has the relation of each type and field, such as "Article.authors".
	relations map[string]relation
	schema    *executableSchema
	// satisfies has, for each type of object, the types that a fragment on it may name.
	satisfies map[string][]string
	// zones caches the time zones by name.
	zones sync.Map
}

// NewResolver returns a Resolver that reads from a store.
func NewResolver(store *storage.Store, room *newsroom.Newsroom, persons *people.People,
	finder *service.Service, publicURL string,
) *Resolver {
	r := &Resolver{
		store: store, newsroom: room, people: persons, search: finder,
		publicURL: strings.TrimSuffix(publicURL, "/"),
		sources:   map[content.Kind]source{}, relations: map[string]relation{},
		satisfies: map[string][]string{},
	}
	for _, register := range []func(*Resolver){
		registerKinds, registerBody, registerSite, registerNode, registerSearch, registerRevision,
		registerMutation, registerPeople,
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
			panic(fmt.Sprintf("the relation %s.%s: %v", object, name, err)) // an error in this package
		}
		r.relations[object+"."+name] = rel
	}
}

// resolve answers the field of a context for one object.
func resolve[R any](ctx context.Context, obj any) (R, error) {
	answer, err := requestOf(ctx).resolved(ctx, obj)
	found, ok := answer.(R)
	if !ok && answer != nil && err == nil {
		err = fmt.Errorf("a %T was answered where a %T is due", answer, found)
	}
	return found, err
}
