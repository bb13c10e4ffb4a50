package batch

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"sen/internal/engine"
)

// Processors is the number of reads of one queue that run at the same time where the limit should keep all processors
// busy.
var Processors = max(2, runtime.GOMAXPROCS(0))

// Reads batches the reads of requests: the reads that wait in the same queue are made by one [Read]. While fewer
// reads run than the queue allows, each request reads alone and at once. The zero value is ready for use except for
// Timeout.
type Reads struct {
	// Timeout bounds a batched read. The read goes on when the request that started it is cancelled.
	Timeout time.Duration

	mu sync.Mutex
	// queues are the queues in which a read runs, by name.
	queues map[string]*queue
}

// queue is the queue of the reads that can be batched: the number of running reads, and the waiting reads.
type queue struct {
	running int
	waiting []*combined
}

// Read is a read for one or several requests.
type Read interface {
	Run(ctx context.Context) error
}

// combined is a batched read that requests wait for.
type combined struct {
	Read
	// ctx is the context of the first request.
	ctx  context.Context
	done chan struct{}
	err  error
	// trips are the round trips of the read.
	trips *engine.Trips
}

// Make makes a read for a request and returns it when it is done. It runs at once if fewer than `most` reads of the
// queue with this name run. Otherwise the request waits: begin creates a new read for the request, or join adds the
// request to the last waiting read. join returns false if that read is full. A read starts after Make was called, so
// its data is never older than that of a read alone. A request whose context ends stops waiting; the read goes on for
// the others. A batched read counts as one round trip of each request.
func Make[R Read](
	ctx context.Context, g *Reads, name string, most int, begin func() R, join func(R) bool,
) (R, error) {
	g.mu.Lock()
	l := g.queues[name]
	if l == nil {
		l = &queue{}
		if g.queues == nil {
			g.queues = map[string]*queue{}
		}
		g.queues[name] = l
	}
	if l.running < most {
		l.running++
		g.mu.Unlock()
		defer g.next(name) //nolint:contextcheck // what waits has contexts of its own
		r := begin()
		return r, r.Run(ctx)
	}
	n := len(l.waiting)
	first := n == 0 || !join(l.waiting[n-1].Read.(R))
	if first {
		l.waiting = append(l.waiting, &combined{Read: begin(), ctx: ctx, done: make(chan struct{})})
	}
	w := l.waiting[len(l.waiting)-1]
	g.mu.Unlock()
	r := w.Read.(R)
	select {
	case <-w.done:
		if !first {
			engine.Share(ctx, w.trips)
		}
		return r, w.err
	case <-ctx.Done():
		return r, engine.Late(ctx.Err())
	}
}

// next is called when a read of a queue has ended. It starts the read that has waited longest.
func (g *Reads) next(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.queues[name]
	if len(l.waiting) == 0 {
		if l.running--; l.running == 0 {
			delete(g.queues, name)
		}
		return
	}
	w := l.waiting[0]
	l.waiting = slices.Delete(l.waiting, 0, 1)
	go func() {
		defer g.next(name)
		defer close(w.done)
		defer func() {
			if cause := recover(); cause != nil { // the panic would end the program: no request is below it on this stack
				w.err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), g.Timeout)
		defer cancel()
		ctx, w.trips = engine.CountTrips(ctx)
		w.err = w.Run(ctx)
	}()
}
