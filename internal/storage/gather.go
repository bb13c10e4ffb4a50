package storage

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

// maxRunning is how many commands of gathered lookups run at once: as many as keep the processors busy.
var maxRunning = max(2, runtime.GOMAXPROCS(0))

// gatherer makes the reads of requests that come while others are being made: those that wait in a line are made as one.
// Without load each request reads by itself, at once.
type gatherer struct {
	timeout time.Duration

	mu sync.Mutex
	// lines are those in which something runs, by their names.
	lines map[string]*line
}

// line is reads that can be made as one: how many run, and those that wait.
type line struct {
	running int
	waiting []*wave
}

// reading is a read for one or several requests.
type reading interface {
	run(ctx context.Context) error
}

// wave is a read that requests wait for.
type wave struct {
	reading
	// ctx is that of the first request.
	ctx  context.Context
	done chan struct{}
	err  error
	// trips are the round trips that it took.
	trips *engine.Trips
}

// gather makes a read for a request: at once, or with those of others when so many reads of its line run that it had to
// wait. Begin gives the read for the request alone. Join adds the request to a read that waits; it is false where that is
// full. The read runs after gather was called, so that it is never older than a read by itself.
func gather[R reading](
	ctx context.Context, g *gatherer, name string, most int, begin func() R, join func(R) bool,
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
		return r, r.run(ctx)
	}
	n := len(l.waiting)
	first := n == 0 || !join(l.waiting[n-1].reading.(R))
	if first {
		l.waiting = append(l.waiting, &wave{reading: begin(), ctx: ctx, done: make(chan struct{})})
	}
	w := l.waiting[len(l.waiting)-1]
	g.mu.Unlock()
	r := w.reading.(R)
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

// next begins the read for those who waited longest in a line.
func (g *gatherer) next(name string) {
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
			if cause := recover(); cause != nil { // in a goroutine of its own it would end the program
				w.err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), g.timeout)
		defer cancel()
		ctx, w.trips = engine.CountTrips(ctx)
		w.err = w.run(ctx)
	}()
}
