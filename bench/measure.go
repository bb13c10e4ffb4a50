package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// sample is what one load showed.
type sample struct {
	result
	// allocations are the server's, a request.
	allocations float64
	// server and mongod are processor time a request.
	server, mongod time.Duration
	shares         shares
}

// shares tell who had the machine's processors during a load: parts of 1.
type shares struct{ server, mongod, client, others, idle float64 }

// cell is what is measured: a target, an operation, so many connections.
type cell struct {
	target, operation string
	connections       int
}

// plan says how it is measured.
type plan struct {
	connections []int
	rounds      int
	during      time.Duration
}

// measure loads every target with every operation, in rounds: what is compared is measured right one after the
// other, and who comes first changes.
func (f *fleet) measure(ctx context.Context, operations []operation, p plan) (map[cell][]sample, error) {
	samples := map[cell][]sample{}
	for round := range p.rounds {
		for _, o := range operations {
			say("round %d of %d: %s", round+1, p.rounds, o.name)
			for _, connections := range p.connections {
				for i := range f.targets {
					t := f.targets[(i+round)%len(f.targets)]
					s, err := f.sample(ctx, t.process, t.asks(o, t.host()), connections, p.during)
					if err != nil {
						return nil, fmt.Errorf("%s of %s: %w", o.name, t.name, err)
					}
					c := cell{t.name, o.name, connections}
					samples[c] = append(samples[c], s)
				}
			}
		}
	}
	return samples, nil
}

// usage is what was used since the start of the processes.
type usage struct {
	at                           time.Time
	server, mongod, client, idle time.Duration
	allocations                  float64
}

func (f *fleet) usage(ctx context.Context, p *process) (u usage, err error) {
	if u.allocations, err = p.allocations(ctx); err != nil {
		return u, err
	}
	for _, of := range []struct {
		pid  int
		into *time.Duration
	}{{p.pid, &u.server}, {f.mongod.PID(), &u.mongod}, {os.Getpid(), &u.client}} {
		if *of.into, err = cpu(of.pid); err != nil {
			return u, err
		}
	}
	u.at = time.Now()
	u.idle, err = idle()
	return u, err
}

// sample loads a process once.
func (f *fleet) sample(ctx context.Context, p *process, r request, connections int, during time.Duration) (s sample, err error) {
	if err := ctx.Err(); err != nil {
		return s, err
	}
	before, err := f.usage(ctx, p)
	if err != nil {
		return s, err
	}
	if s.result, err = load(ctx, p.host, r, connections, during, 0); err != nil {
		return s, err
	}
	after, err := f.usage(ctx, p)
	if err != nil {
		return s, err
	}
	n := time.Duration(s.requests)
	s.allocations = (after.allocations - before.allocations) / float64(s.requests)
	s.server, s.mongod = (after.server-before.server)/n, (after.mongod-before.mongod)/n
	s.shares = share(before, after, runtime.NumCPU())
	return s, nil
}

// share is who had the processors between two moments.
func share(before, after usage, processors int) (s shares) {
	all := float64(after.at.Sub(before.at)) * float64(processors)
	s.server = float64(after.server-before.server) / all
	s.mongod = float64(after.mongod-before.mongod) / all
	s.client = float64(after.client-before.client) / all
	s.idle = float64(after.idle-before.idle) / all
	s.others = max(0, 1-s.server-s.mongod-s.client-s.idle)
	return s
}

// median is the middle one of a figure of some samples; of an even number, the mean of the two in the middle.
func median[S any](samples []S, of func(S) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	n := len(values)
	if n == 0 {
		return 0
	}
	return (values[(n-1)/2] + values[n/2]) / 2
}

// ratio is how many times as large a figure of some samples is as that of others: the median of what each round showed, since
// a machine may be faster in one round than in the next.
func ratio[S any](mine, theirs []S, of func(S) float64) float64 {
	rounds := make([]float64, min(len(mine), len(theirs)))
	for i := range rounds {
		if base := of(theirs[i]); base > 0 {
			rounds[i] = of(mine[i]) / base
		}
	}
	return median(rounds, func(ratio float64) float64 { return ratio })
}

// rate, and the like, are figures of a sample.
func rate(s sample) float64        { return s.perSecond }
func allocations(s sample) float64 { return s.allocations }
func half(s sample) float64        { return float64(s.p50) }
func most(s sample) float64        { return float64(s.p99) }
func serverTime(s sample) float64  { return float64(s.server) }
func mongodTime(s sample) float64  { return float64(s.mongod) }

// bound says what a load could not go beyond: which of ours had most of the processors; where they were idle for a
// third of the time, that it waited. Programs beside ours are named where they had a sixth or more.
func bound(samples []sample) string {
	part := func(of func(shares) float64) float64 {
		return median(samples, func(s sample) float64 { return of(s.shares) })
	}
	name, most := "waiting", part(func(s shares) float64 { return s.idle })
	if most < 1./3 {
		most = 0
		for _, who := range []struct {
			name string
			part float64
		}{
			{"server", part(func(s shares) float64 { return s.server })},
			{"mongod", part(func(s shares) float64 { return s.mongod })},
			{"client", part(func(s shares) float64 { return s.client })},
		} {
			if who.part > most {
				name, most = who.name, who.part
			}
		}
	}
	text := fmt.Sprintf("%s %.0f %%", name, 100*most)
	if others := part(func(s shares) float64 { return s.others }); others >= 1./6 {
		text += fmt.Sprintf(", others %.0f %%", 100*others)
	}
	return text
}
