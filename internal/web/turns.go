package web

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"sen/internal/auth"
)

// turns bounds how many operations of strangers are worked on at once, and lets known answers go first, which take
// a twentieth of their time: whatever else is asked, they keep processors to be sent by (`make bench`, under attack).
type turns struct {
	free *semaphore.Weighted
	// most is how long an operation waits for its turn.
	most time.Duration
	// began is when this was made, and known how long afterwards the last known answer was sent, to the millisecond.
	began time.Time
	known atomic.Int64
}

func newTurns(most int, wait time.Duration) *turns {
	if most <= 0 {
		most = 4 * runtime.GOMAXPROCS(0)
	}
	return &turns{free: semaphore.NewWeighted(int64(most)), most: wait, began: time.Now()}
}

// sent takes in that a known answer was sent.
func (t *turns) sent() {
	if now := time.Since(t.began).Milliseconds(); now != t.known.Load() { // processors share what is only read
		t.known.Store(now)
	}
}

// signedIn tells whether an account or a token asks. A guest with a preview is as much a stranger as anyone: many may
// have one link.
func signedIn(ctx context.Context) bool {
	actor := auth.ActorOf(ctx)
	return actor != nil && actor.Preview == ""
}

// take waits until an operation may be worked on; end lets the next one go on. It is not ok if that took too
// long. Those who signed in need not wait.
func (t *turns) take(ctx context.Context) (end func(), ok bool) {
	if signedIn(ctx) {
		return func() {}, true
	}
	if !t.free.TryAcquire(1) {
		ctx, cancel := context.WithTimeout(ctx, t.most)
		defer cancel()
		if t.free.Acquire(ctx, 1) != nil {
			return nil, false
		}
	}
	t.giveWay()
	return sync.OnceFunc(func() { t.free.Release(1) }), true
}

// giveWay waits while known answers are sent (one in the last 20 ms) and processors are asked for, which shows in how long
// it takes to come back to one: a tenth of a second at most.
func (t *turns) giveWay() {
	for range 50 {
		if time.Since(t.began).Milliseconds()-t.known.Load() > 20 || idle() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// idle tells whether nothing else asks for the processors: three times in a row, since between two answers that are
// being sent one is free now and then.
func idle() bool {
	for range 3 {
		asked := time.Now()
		if runtime.Gosched(); time.Since(asked) >= 10*time.Microsecond {
			return false
		}
	}
	return true
}

// What strangers may be sent at once in large answers, in bytes, and from where on an answer is large: who reads slowly, or
// not at all, holds it in memory until the time for writing is over.
const maxOutgoing, largeAnswer = 128 << 20, 64 << 10

// outgoing bounds the bytes of large answers that are on their way to strangers.
type outgoing struct{ free *semaphore.Weighted }

func newOutgoing(most int64) *outgoing { return &outgoing{semaphore.NewWeighted(most)} }

// take makes room for an answer of so many bytes until it was sent; it is not ok if there is none.
func (o *outgoing) take(ctx context.Context, bytes int) (sent func(), ok bool) {
	if bytes < largeAnswer || signedIn(ctx) {
		return func() {}, true
	}
	if !o.free.TryAcquire(int64(bytes)) {
		return nil, false
	}
	return func() { o.free.Release(int64(bytes)) }, true
}
