package web

import (
	"context"

	"golang.org/x/sync/semaphore"
)

const (
	// maxOutgoing is the largest number of bytes of large answers that are being sent at once to anonymous clients. A
	// client that reads slowly, or not at all, keeps its answer in memory until the time limit for writing.
	maxOutgoing = 128 << 20
	// largeAnswer is the size in bytes from which an answer counts as large.
	largeAnswer = 64 << 10
)

// outgoing limits the memory of large answers that are being sent.
type outgoing struct{ free *semaphore.Weighted }

func newOutgoing(most int64) *outgoing { return &outgoing{semaphore.NewWeighted(most)} }

// take reserves memory for an answer until sent is called. It returns false if there is not enough.
func (o *outgoing) take(ctx context.Context, bytes int) (sent func(), ok bool) {
	if bytes < largeAnswer || signedIn(ctx) {
		return func() {}, true
	}
	if !o.free.TryAcquire(int64(bytes)) {
		return nil, false
	}
	return func() { o.free.Release(int64(bytes)) }, true
}
