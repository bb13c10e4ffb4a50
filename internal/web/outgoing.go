package web

import (
	"context"

	"golang.org/x/sync/semaphore"
)

const (
	// maxOutgoing bounds the bytes of large answers that are on their way at once to clients that are not signed in. A
	// client that reads slowly, or not at all, holds its answer in memory until the time for writing is over.
	maxOutgoing = 128 << 20
	// largeAnswer is the size in bytes from which an answer counts.
	largeAnswer = 64 << 10
)

// outgoing bounds the memory of large answers that are being sent.
type outgoing struct{ free *semaphore.Weighted }

func newOutgoing(most int64) *outgoing { return &outgoing{semaphore.NewWeighted(most)} }

// take reserves room for an answer until sent is called. It is not ok if there is no room.
func (o *outgoing) take(ctx context.Context, bytes int) (sent func(), ok bool) {
	if bytes < largeAnswer || signedIn(ctx) {
		return func() {}, true
	}
	if !o.free.TryAcquire(int64(bytes)) {
		return nil, false
	}
	return func() { o.free.Release(int64(bytes)) }, true
}
