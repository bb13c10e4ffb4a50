package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// sample is the result of one load.
type sample struct {
	result
	// allocations is the number of allocations of the server for each request.
	allocations float64
	// server and mongod are the processor time for each request.
	server, mongod time.Duration
	shares         shares
}

// shares says which processes used the processors of the machine during a load, as fractions of 1.
type shares struct{ server, mongod, client, others, idle float64 }

// measurement names a measurement: a target, an operation, a number of connections.
type measurement struct {
	target, operation string
	connections       int
}

// plan says how to measure.
type plan struct {
	connections []int
	rounds      int
	during      time.Duration
}

// measure loads each target with each operation, in rounds. Compared targets are measured directly after each other,
// and their order changes with each round.
func (f *fleet) measure(ctx context.Context, operations []operation, p plan) (map[measurement][]sample, error) {
	samples := map[measurement][]sample{}
	for round := range p.rounds {
		for _, o := range operations {
			progressf("round %d of %d: %s", round+1, p.rounds, o.name)
			for _, connections := range p.connections {
				for i := range f.targets {
					t := f.targets[(i+round)%len(f.targets)]
					s, err := f.sample(ctx, t.process, t.asks(o, t.host()), connections, p.during)
					if err != nil {
						return nil, fmt.Errorf("%s of %s: %w", o.name, t.name, err)
					}
					c := measurement{t.name, o.name, connections}
					samples[c] = append(samples[c], s)
				}
			}
		}
	}
	return samples, nil
}

// usage is what the processes have used since their start.
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

// sample runs one load on a process.
func (f *fleet) sample(
	ctx context.Context, p *process, r request, connections int, during time.Duration,
) (s sample, err error) {
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

// share returns the shares of the processors between two moments.
func share(before, after usage, processors int) (s shares) {
	all := float64(after.at.Sub(before.at)) * float64(processors)
	s.server = float64(after.server-before.server) / all
	s.mongod = float64(after.mongod-before.mongod) / all
	s.client = float64(after.client-before.client) / all
	s.idle = float64(after.idle-before.idle) / all
	s.others = max(0, 1-s.server-s.mongod-s.client-s.idle)
	return s
}

// median returns the median of a figure of samples; for an even number of samples, the mean of the two in the middle.
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

// ratio returns the median of the ratios of a figure in each round. It compares rounds, because the speed of a
// machine can change from one round to the next.
func ratio[S any](mine, theirs []S, of func(S) float64) float64 {
	rounds := make([]float64, min(len(mine), len(theirs)))
	for i := range rounds {
		if base := of(theirs[i]); base > 0 {
			rounds[i] = of(mine[i]) / base
		}
	}
	return median(rounds, func(ratio float64) float64 { return ratio })
}

// rate and the functions below return figures of a sample.
func rate(s sample) float64        { return s.perSecond }
func allocations(s sample) float64 { return s.allocations }
func medianTime(s sample) float64  { return float64(s.p50) }
func p99Time(s sample) float64     { return float64(s.p99) }
func serverTime(s sample) float64  { return float64(s.server) }
func mongodTime(s sample) float64  { return float64(s.mongod) }

// bound returns what limited a load: the process with the largest share of the processors, or "waiting" if they were
// idle for a third of the time. It also names other programs if they used a sixth or more.
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
