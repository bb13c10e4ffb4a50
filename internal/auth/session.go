package auth

import (
	"context"
	"time"
)

type sessionKey struct{}

// WithSession gives a context in which [SetSession] calls a function.
func WithSession(ctx context.Context, set func(secret string, expires time.Time)) context.Context {
	return context.WithValue(ctx, sessionKey{}, set)
}

// SetSession hands the secret of a new session to whoever keeps it for the client, such
// as a cookie; an empty secret ends it. Without such a one it does nothing.
func SetSession(ctx context.Context, secret string, expires time.Time) {
	if set, ok := ctx.Value(sessionKey{}).(func(string, time.Time)); ok {
		set(secret, expires)
	}
}

type addressKey struct{}

// WithAddress gives a context of a request from a network address.
func WithAddress(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// AddressOf is the network address that a request came from; empty when nobody knows.
func AddressOf(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}
