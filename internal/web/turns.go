package web

import (
	"context"
	"runtime"
	"sync"
	"time"

	"sen/internal/auth"
)

// turn waits until an operation may be worked on, as long as one may take. The requests of strangers wait
// for each other, so that answers that are known keep processors to be sent by, whatever else is asked.
func (g *graphQL) turn(ctx context.Context) (end func(), ok bool) {
	if auth.ActorOf(ctx) != nil {
		return func() {}, true
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	if g.turns.Acquire(ctx, 1) != nil {
		return nil, false
	}
	giveWay()
	return sync.OnceFunc(func() { g.turns.Release(1) }), true
}

// giveWay lets known answers go first, which take a twentieth of the time: while it takes long to come back to a
// processor, others are waiting for one. It ends at a tenth of a second at the latest, and at once where processors are free.
func giveWay() {
	for range 50 {
		asked := time.Now()
		if runtime.Gosched(); time.Since(asked) < 10*time.Microsecond {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}
