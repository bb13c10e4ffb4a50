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

// admission is the admission control of uncached operations (docs/adr/0013-admission-control.md). It bounds how many
// operations of clients that are not signed in run at once, and has them yield to cached answers, which take a
// twentieth of their time.
type admission struct {
	places *semaphore.Weighted
	// maxWait is how long an operation waits for a place.
	maxWait time.Duration
	// began is when this was made, and lastCached how many milliseconds later the last cached answer was sent.
	began      time.Time
	lastCached atomic.Int64
}

// newAdmission makes admission control with some places; zero is four for each processor.
func newAdmission(places int, maxWait time.Duration) *admission {
	if places <= 0 {
		places = 4 * runtime.GOMAXPROCS(0)
	}
	return &admission{places: semaphore.NewWeighted(int64(places)), maxWait: maxWait, began: time.Now()}
}

// answeredFromCache notes that a cached answer is sent.
func (a *admission) answeredFromCache() {
	if now := time.Since(a.began).Milliseconds(); now != a.lastCached.Load() {
		a.lastCached.Store(now) // once in a millisecond: a store takes the value from the caches of other processors
	}
}

// signedIn tells whether an account or a token asks. A guest with the link of a preview is not signed in: many people
// may have one link.
func signedIn(ctx context.Context) bool {
	actor := auth.ActorOf(ctx)
	return actor != nil && actor.Preview == ""
}

// admit waits for a place, which release gives back. It is not ok if the wait took too long. Clients that are signed in
// need no place.
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

// How an operation yields to cached answers.
const (
	yieldStep  = 2 * time.Millisecond
	yieldSteps = 50 // a tenth of a second at most
	// cachedLately is for how many milliseconds after a cached answer more of them are expected.
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

// scheduleTime is how long the scheduler takes to come back to a goroutine when no other one waits: it takes under a
// microsecond then, and at least the run of another goroutine if one waits.
const scheduleTime = 10 * time.Microsecond

// processorFree tells whether no other goroutine waits for a processor. Go has no cheap figure for it: runtime/metrics
// counts goroutines that wait only by their past latencies. So it asks the scheduler three times in a row, since
// between two cached answers a processor is free now and then. BenchmarkProcessorFree has what it costs, `make bench`
// (under attack) what it gains.
func processorFree() bool {
	for range 3 {
		asked := time.Now()
		if runtime.Gosched(); time.Since(asked) >= scheduleTime {
			return false
		}
	}
	return true
}
