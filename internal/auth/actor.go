// Package auth authenticates: it has passwords, secrets, sessions and tokens, and stores the actor in a context.
package auth

import (
	"context"

	"sen/internal/content"
)

type actorKey struct{}

// WithActor returns a context with an actor.
func WithActor(ctx context.Context, actor *content.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// ActorOf returns the actor of a context; nil for an anonymous client.
func ActorOf(ctx context.Context) *content.Actor {
	actor, _ := ctx.Value(actorKey{}).(*content.Actor)
	return actor
}
