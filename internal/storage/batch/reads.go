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

// Processors is how many reads of one line run at once where the limit is to keep the processors busy.
var Processors = max(2, runtime.GOMAXPROCS(0))

// Reads combines the reads of requests: those that wait for the same line are made by one [Read]. While fewer reads run
// than the line allows, each request reads alone and at once. The zero value is ready but for Timeout.
type Reads struct {
	// Timeout bounds a combined read. It goes on when the request that it was begun for is cancelled.
	Timeout time.Duration

	mu sync.Mutex
	// lines are those in which something runs, by their names.
	lines map[string]*line
}

// line is the reads that can be combined: how many run, and those that wait.
type line struct {
	running int
	waiting []*wave
}

// Read is a read for one or several requests.
type Read interface {
	Run(ctx context.Context) error
}

// wave is a combined read that requests wait for.
type wave struct {
	Read
	// ctx is that of the first request.
	ctx  context.Context
	done chan struct{}
	err  error
	// trips are the round trips that it took.
	trips *engine.Trips
}

// Make makes a read for a request and returns it when it is done. It runs at once if fewer than most reads of the line
// with this name run. Else the request waits, and begin gives the read for it, or join adds it to the last read that
// waits; join returns false if that one is full. A read starts after Make was called, so it is never older than a read
// alone would be. A request whose context ends stops waiting; the read goes on for the others. A combined read counts
// as one round trip of each request.
func Make[R Read](
	ctx context.Context, g *Reads, name string, most int, begin func() R, join func(R) bool,
) (R, error) {
	g.mu.Lock()
	l := g.lines[name]
	if l == nil {
		l = &line{}
		if g.lines == nil {
			g.lines = map[string]*line{}
		}
		g.lines[name] = l
	}
	if l.running < most {
		l.running++
		g.mu.Unlock()
		defer g.next(name)
		r := begin()
		return r, r.Run(ctx)
	}
	n := len(l.waiting)
	first := n == 0 || !join(l.waiting[n-1].Read.(R))
	if first {
		l.waiting = append(l.waiting, &wave{Read: begin(), ctx: ctx, done: make(chan struct{})})
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

// next is called when a read of a line has ended. It starts the read that waited longest.
func (g *Reads) next(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lines[name]
	if len(l.waiting) == 0 {
		if l.running--; l.running == 0 {
			delete(g.lines, name)
		}
		return
	}
	w := l.waiting[0]
	l.waiting = slices.Delete(l.waiting, 0, 1)
	go func() {
		defer g.next(name)
		defer close(w.done)
		defer func() {
			if cause := recover(); cause != nil { // it would end the program: no request is below it on the stack
				w.err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), g.Timeout)
		defer cancel()
		ctx, w.trips = engine.CountTrips(ctx)
		w.err = w.Run(ctx)
	}()
}
