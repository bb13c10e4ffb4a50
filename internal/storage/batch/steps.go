// Package batch combines operations of the same time into one command: the reads of several requests ([Reads]), and
// the steps of changes that are made in parallel ([Together]).
package batch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Together calls do for 0 to n-1, each in a goroutine, and returns when all calls have returned. Steps that they make
// by [Join] are combined: when every member that still runs waits in a Join, the waiting steps of the same kind are
// made by one call. A panic in do is passed on to the caller.
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
				if r := recover(); r != nil {
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

// memberKey is the context key of the running [member]; a nil member means that steps are not combined.
type memberKey struct{}

// member is one of the goroutines of a [Together].
type member struct {
	group *group
	place int
}

// group is all members of a [Together].
type group struct {
	mu sync.Mutex
	// working counts the members that have not returned; waiting are the steps that members wait for.
	working int
	waiting []*step
}

// step is one call of [Join] by a member. Run makes several steps of the same kind.
type step struct {
	place int
	kind  string
	run   func([]*step)
	in    any
	out   any
	err   error
	done  chan struct{}
}

// left is called when a member has returned.
func (g *group) left() {
	g.mu.Lock()
	g.working--
	g.mu.Unlock()
	g.makeWaiting()
}

// wait blocks until a step has been made.
func (g *group) wait(s *step) {
	g.mu.Lock()
	g.waiting = append(g.waiting, s)
	g.mu.Unlock()
	g.makeWaiting()
	<-s.done
}

// makeWaiting makes the waiting steps if every member that still runs waits.
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

// Join makes a step. Inside [Together] it is combined with the steps of the same kind that other members wait for;
// elsewhere it is made alone. All is called once for the combined inputs and must return one output for each, in their
// order. If it fails, every combined Join returns its error.
func Join[In, Out any](
	ctx context.Context, kind string, in In, all func(context.Context, []In) ([]Out, error),
) (out Out, err error) {
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
