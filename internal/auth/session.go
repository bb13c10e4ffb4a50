package auth

import (
	"context"
	"time"
)

// Session is what a client stores of a sign-in.
type Session struct {
	// Secret authenticates the session until it expires. Empty ends the session.
	Secret  string
	Expires time.Time
	// Device is the device mark that the client stores, also after the session; see [Signer.Device]. Empty leaves the
	// stored one unchanged.
	Device string
}

// Client is the program that sends a request.
type Client struct {
	// Address is its network address; empty if it is not known.
	Address string
	// Device is the device mark that the client sent; see [Signer.Device].
	Device string
	// Keep stores a session in the client, for example in a cookie; nil if the client can't store one.
	Keep func(Session)
	// Forgetful says that the client is a web page that expects a session cookie but would never send it back.
	Forgetful bool
}

type clientKey struct{}

// WithClient returns the context of a request from a client.
func WithClient(ctx context.Context, client Client) context.Context {
	return context.WithValue(ctx, clientKey{}, client)
}

// ClientOf returns the client of a request's context; the zero value if it is not known.
func ClientOf(ctx context.Context) Client {
	client, _ := ctx.Value(clientKey{}).(Client)
	return client
}

// SetSession gives a new session, or the end of one, to the client to store. It does nothing if the client can't store
// sessions.
func SetSession(ctx context.Context, session Session) {
	if client := ClientOf(ctx); client.Keep != nil {
		client.Keep(session)
	}
}

// AddressOf returns the network address of the client; empty if it is not known.
func AddressOf(ctx context.Context) string { return ClientOf(ctx).Address }
