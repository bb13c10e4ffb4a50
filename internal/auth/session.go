package auth

import (
	"context"
	"time"
)

// Session is what a client keeps of a sign-in.
type Session struct {
	// Secret opens the session until it expires; empty ends it.
	Secret  string
	Expires time.Time
	// Device is the device mark to keep, also after the session; see [Signer.Device]. Empty leaves it.
	Device string
}

// Client is the program that a request comes from.
type Client struct {
	// Address is its network address; empty when nobody knows.
	Address string
	// Device is the device mark that it kept; see [Signer.Device].
	Device string
	// Keep has it keep a session, such as in a cookie; nil for one that keeps none.
	Keep func(Session)
	// Forgetful says that it is a page that would expect to be signed in by a cookie, but to which none comes back.
	Forgetful bool
}

type clientKey struct{}

// WithClient gives a context of a request from a client.
func WithClient(ctx context.Context, client Client) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientOf is the client of a context's request; the zero one when nobody knows.
func ClientOf(ctx context.Context) Client {
	client, _ := ctx.Value(clientKey{}).(Client)
	return client
}

// SetSession hands a new session, or the end of one, to a client that keeps it; for any other it does nothing.
func SetSession(ctx context.Context, session Session) {
	if client := ClientOf(ctx); client.Keep != nil {
		client.Keep(session)
	}
}

// AddressOf is the network address that a request came from; empty when nobody knows.
func AddressOf(ctx context.Context) string { return ClientOf(ctx).Address }
