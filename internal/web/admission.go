package web

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"sen/internal/auth"
)

// admission is the admission control of uncached operations (docs/adr/0013-admission-control.md). It limits how many
// operations of anonymous clients run at once. It also delays them while cached answers are being sent, which take a
// twentieth of their processor time.
type admission struct {
	// places has two places for each large operation that may run at once. A small operation needs one of them.
	places *semaphore.Weighted
	// maxWait is how long an operation waits for a place.
	maxWait time.Duration
	// began is the time when the admission was made. lastCached is the time of the last cached answer, in
	// milliseconds after began.
	began      time.Time
	lastCached atomic.Int64
}

// The places that an operation takes.
const (
	largePlaces = 2
	smallPlaces = 1
	// maxSmallCost is the highest cost of a small operation, a tenth of the default limit. A front page with its lists
	// is small.
	maxSmallCost = 1000
)

// newAdmission returns an admission control for a number of large operations at once; zero means four for each
// processor.
func newAdmission(operations int, maxWait time.Duration) *admission {
	if operations <= 0 {
		operations = 4 * runtime.GOMAXPROCS(0)
	}
	places := semaphore.NewWeighted(int64(operations) * largePlaces)
	return &admission{places: places, maxWait: maxWait, began: time.Now()}
}

// admitted has the places that an operation holds. One goroutine may use it.
type admitted struct {
	*admission
	places int64
}

// keep gives all but a number of places back.
func (a *admitted) keep(places int64) {
	if a.places > places {
		a.admission.places.Release(a.places - places)
		a.places = places
	}
}

// costs gives a place back if an operation of this cost is small.
func (a *admitted) costs(cost int) {
	if cost <= maxSmallCost {
		a.keep(smallPlaces)
	}
}

// release gives all places back. It may be called more than once.
func (a *admitted) release() { a.keep(0) }

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

// admit waits for the places of a large operation, because the cost of an operation is known only after it was parsed;
// the caller must call release to give them back. It returns false if the wait takes too long. Clients that are signed
// in need no place.
func (a *admission) admit(ctx context.Context) (*admitted, bool) {
	if signedIn(ctx) {
		return &admitted{admission: a}, true
	}
	if !a.places.TryAcquire(largePlaces) {
		ctx, cancel := context.WithTimeout(ctx, a.maxWait)
		defer cancel()
		if a.places.Acquire(ctx, largePlaces) != nil {
			return nil, false
		}
	}
	a.yield()
	return &admitted{a, largePlaces}, true
}

// turn is admit for work that is no operation.
func (a *admission) turn(ctx context.Context) (release func(), ok bool) {
	places, ok := a.admit(ctx)
	if !ok {
		return nil, false
	}
	return places.release, true
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
