package storage

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Together does n pieces of work at once, step by step: where each of them that still works has come to a step that can
// be made for many, it is made for all of them in one round trip. What cannot be is made by each for itself.
func Together(ctx context.Context, n int, do func(ctx context.Context, i int)) {
	if n == 1 {
		do(ctx, 0)
		return
	}
	g := &group{working: n}
	var all sync.WaitGroup
	var panicked atomic.Pointer[any]
	for i := range n {
		all.Go(func() {
			defer func() {
				if r := recover(); r != nil { // whoever began the work has to do with it
					panicked.Store(&r)
				}
				g.left()
			}()
			do(context.WithValue(ctx, memberKey{}, &member{g, i}), i)
		})
	}
	all.Wait()
	if r := panicked.Load(); r != nil {
		panic(*r)
	}
}

// memberKey is the context key of a [member]; nil stands for none.
type memberKey struct{}

// member is one of several that work together.
type member struct {
	group *group
	place int
}

// group is several that work together.
type group struct {
	mu sync.Mutex
	// working counts the members that have not come to an end, waiting are the steps that members wait for.
	working int
	waiting []*step
}

// step is what one member asks for. Run makes it with others of its kind.
type step struct {
	place int
	kind  string
	run   func([]*step)
	in    any
	out   any
	err   error
	done  chan struct{}
}

// left tells that a member has come to its end.
func (g *group) left() {
	g.mu.Lock()
	g.working--
	g.mu.Unlock()
	g.makeWaiting()
}

// wait waits until a step is made.
func (g *group) wait(s *step) {
	g.mu.Lock()
	g.waiting = append(g.waiting, s)
	g.mu.Unlock()
	g.makeWaiting()
	<-s.done
}

// makeWaiting makes the steps that are waited for once every member waits.
func (g *group) makeWaiting() {
	g.mu.Lock()
	var steps []*step
	if len(g.waiting) >= g.working { // a member may wait for two at once
		steps, g.waiting = g.waiting, nil
	}
	g.mu.Unlock()
	slices.SortFunc(steps, func(a, b *step) int { return a.place - b.place })
	byKind := map[string][]*step{}
	for _, s := range steps {
		byKind[s.kind] = append(byKind[s.kind], s)
	}
	for _, alike := range byKind {
		go func() {
			defer func() {
				r := recover()
				for _, s := range alike {
					if r != nil {
						s.err = fmt.Errorf("a step of several panicked: %v", r)
					}
					close(s.done)
				}
			}()
			alike[0].run(alike)
		}()
	}
}

// Join makes a step of some kind by itself, or with those that others wait for: all answers each of several, in
// their order. An error is everybody's.
func Join[In, Out any](ctx context.Context, kind string, in In, all func(context.Context, []In) ([]Out, error)) (out Out, err error) {
	m, _ := ctx.Value(memberKey{}).(*member)
	if m == nil {
		outs, err := all(ctx, []In{in})
		if err != nil {
			return out, err
		}
		return outs[0], nil
	}
	s := &step{place: m.place, kind: kind, in: in, done: make(chan struct{})}
	s.run = func(steps []*step) {
		ins := make([]In, len(steps))
		for i, s := range steps {
			ins[i] = s.in.(In)
		}
		outs, err := all(context.WithValue(ctx, memberKey{}, (*member)(nil)), ins)
		for i, s := range steps {
			if s.err = err; err == nil {
				s.out = outs[i]
			}
		}
	}
	m.group.wait(s)
	if s.err != nil {
		return out, s.err
	}
	return s.out.(Out), nil
}
