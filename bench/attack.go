package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"
)

// The load of an attack: another client that sends this many requests a second over this many connections.
const (
	attackPace        = 10_000
	attackConnections = 16
)

// attackedCaches gives the cache sizes of Sen during an attack. They are small, so that the caches are full within
// seconds.
var attackedCaches = cacheSizes{answers: 32 << 20, entities: 32 << 20, pages: 8 << 20}

// placeholder is replaced by a different number in each request of an attack.
const placeholder = "000000000000"

// attackRequest is an attack, in which no two requests are the same.
type attackRequest struct {
	name string
	request
}

// attacks lists the attacks, which differ in the part of the request that changes.
func attacks(host string) []attackRequest {
	const query = `query Q%s($slug: String) { article(slug: $slug) { id title } }`
	numbered := func(o operation) request {
		text := o.post(host).bytes
		return request{text, bytes.Index(text, []byte(placeholder)), len(placeholder), "0123456789"}
	}
	return []attackRequest{
		{
			"different documents",
			numbered(operation{query: fmt.Sprintf(query, placeholder), variables: map[string]any{"slug": "article-7"}}),
		},
		{
			"different variables",
			numbered(operation{query: fmt.Sprintf(query, ""), variables: map[string]any{"slug": "nothing-" + placeholder}}),
		},
	}
}

// minAttacked is the share of their usual rate that cached answers must keep during an attack.
const minAttacked = 0.5

// attack measures the rate of cached answers during each attack, and compares it with the rate without an attack.
func (f *fleet) attack(ctx context.Context, r *report) error {
	p, err := f.serve(ctx, f.uri, attackedCaches)
	if err != nil {
		return err
	}
	defer p.stop()
	o := r.operations[min(1, len(r.operations)-1)]
	known, during := o.post(p.host), 2*r.during
	r.printf("\n### Under attack\n\nCached answers (%s) to %d connections, while another client sends up to %d requests a second, all different.\n\n"+
		"| attack | attacks /s | cached /s | cached /s without attack | ratio |\n| --- | ---: | ---: | ---: | ---: |\n",
		o.name, attackConnections, attackPace)
	for _, attack := range attacks(p.host) {
		var peace, war, enemies []result
		for round := range r.rounds {
			progressf("attack by %s, round %d of %d", attack.name, round+1, r.rounds)
			quiet, err := load(ctx, p.host, known, attackConnections, during, 0)
			if err != nil {
				return err
			}
			cached, attacker, err := loadBoth(ctx, p.host, known, attack.request, during)
			if err != nil {
				return fmt.Errorf("%s: %w", attack.name, err)
			}
			peace, war, enemies = append(peace, quiet), append(war, cached), append(enemies, attacker)
		}
		speed := func(r result) float64 { return r.perSecond }
		ratio := median(war, speed) / median(peace, speed)
		r.printf("| %s | %.0f | %.0f | %.0f | %.2f |\n", attack.name, median(enemies, speed), median(war, speed),
			median(peace, speed), ratio)
		r.goals = append(r.goals,
			goal{
				what: "cached answers under attack by " + attack.name + ", relative to no attack", figure: ratio,
				bound: minAttacked,
			})
	}
	return r.memory(ctx, " under attack", []*process{p},
		func(*process) (string, cacheSizes) { return "Sen with little memory", attackedCaches })
}

// loadBoth sends two kinds of requests at the same time.
func loadBoth(
	ctx context.Context, host string, known, attack request, during time.Duration,
) (cached, attacker result, err error) {
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() { attacker, failed = load(ctx, host, attack, attackConnections, during, attackPace) })
	cached, err = load(ctx, host, known, attackConnections, during, 0)
	wg.Wait()
	if err == nil {
		err = failed
	}
	return cached, attacker, err
}
