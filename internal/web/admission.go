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

// admission is the admission control of uncached operations (docs/adr/0013-admission-control.md). It limits how many
// operations of anonymous clients run at once. It also delays them while cached answers are being sent, which take a
// twentieth of their processor time.
type admission struct {
	places *semaphore.Weighted
	// maxWait is how long an operation waits for a place.
	maxWait time.Duration
	// began is the time when the admission was made. lastCached is the time of the last cached answer, in
	// milliseconds after began.
	began      time.Time
	lastCached atomic.Int64
}

// newAdmission returns an admission control with a number of places; zero means four for each processor.
func newAdmission(places int, maxWait time.Duration) *admission {
	if places <= 0 {
		places = 4 * runtime.GOMAXPROCS(0)
	}
	return &admission{places: semaphore.NewWeighted(int64(places)), maxWait: maxWait, began: time.Now()}
}

// answeredFromCache records that a cached answer is being sent.
func (a *admission) answeredFromCache() {
	if now := time.Since(a.began).Milliseconds(); now != a.lastCached.Load() {
		// At most once in a millisecond, because a store removes the value from the caches of other processors.
		a.lastCached.Store(now)
	}
}

// signedIn reports whether the actor has an account or a token. A guest with the link of a preview is not signed in,
// because many people may have the same link.
func signedIn(ctx context.Context) bool {
	actor := auth.ActorOf(ctx)
	return actor != nil && actor.Preview == ""
}

// admit waits for a place; the caller must call release to give it back. It returns false if the wait takes too long.
// Clients that are signed in need no place.
func (a *admission) admit(ctx context.Context) (release func(), ok bool) {
	if signedIn(ctx) {
		return func() {}, true
	}
	if !a.places.TryAcquire(1) {
		ctx, cancel := context.WithTimeout(ctx, a.maxWait)
		defer cancel()
		if a.places.Acquire(ctx, 1) != nil {
			return nil, false
		}
	}
	a.yield()
	return sync.OnceFunc(func() { a.places.Release(1) }), true
}

// How long an operation waits for cached answers.
const (
	yieldStep  = 2 * time.Millisecond
	yieldSteps = 50 // at most a tenth of a second
	// cachedLately is the time in milliseconds after a cached answer in which more of them are expected.
	cachedLately = 20
)

// yield waits while cached answers are being sent and all processors are busy.
func (a *admission) yield() {
	for range yieldSteps {
		if time.Since(a.began).Milliseconds()-a.lastCached.Load() > cachedLately || processorFree() {
			return
		}
		time.Sleep(yieldStep)
	}
}

// scheduleTime separates an idle scheduler from a busy one. If no other goroutine waits, runtime.Gosched returns in
// less than a microsecond. If one waits, it returns after that goroutine has run.
const scheduleTime = 10 * time.Microsecond

// processorFree reports whether no other goroutine waits for a processor. Go has no cheap measure of this:
// runtime/metrics knows only past latencies of goroutines. So processorFree yields to the scheduler three times in a
// row, because between two cached answers a processor may be free for a moment. BenchmarkProcessorFree measures its
// cost, and `make bench` (under attack) its effect.
func processorFree() bool {
	for range 3 {
		asked := time.Now()
		if runtime.Gosched(); time.Since(asked) >= scheduleTime {
			return false
		}
	}
	return true
}
