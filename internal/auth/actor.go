// Package auth tells who asks: passwords, sessions, tokens, and the actor in a context.
package auth

import (
	"context"

	"sen/internal/content"
)

type actorKey struct{}

// WithActor gives a context in which an actor asks.
func WithActor(ctx context.Context, actor *content.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// ActorOf is who asks; nil for a stranger.
func ActorOf(ctx context.Context) *content.Actor {
	actor, _ := ctx.Value(actorKey{}).(*content.Actor)
	return actor
}
