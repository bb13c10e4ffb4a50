package main

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"
)

// What attacks are: another client that sends so many a second, over so many connections.
const (
	attackPace        = 10_000
	attackConnections = 16
)

// attacked is what Sen may keep while it is attacked: little, so that the bounds are reached within seconds.
var attacked = layers{answers: 32 << 20, entities: 32 << 20, pages: 8 << 20}

// placeholder is where an attack's requests differ.
const placeholder = "000000000000"

// attacks are requests of which no two are alike.
func attacks(host string) map[string]request {
	const query = `query Q%s($slug: String) { article(slug: $slug) { id title } }`
	numbered := func(o operation) request {
		text := o.post(host).bytes
		return request{text, bytes.Index(text, []byte(placeholder)), len(placeholder), "0123456789"}
	}
	return map[string]request{
		"different documents": numbered(operation{query: fmt.Sprintf(query, placeholder), variables: map[string]any{"slug": "article-7"}}),
		"different variables": numbered(operation{query: fmt.Sprintf(query, ""), variables: map[string]any{"slug": "nothing-" + placeholder}}),
	}
}

// minAttacked is the part of their speed that known answers keep under attack.
const minAttacked = 0.5

// attack measures how fast known answers are while others are attacking, beside how fast they are in peace.
func (f *fleet) attack(ctx context.Context, r *report) error {
	p, err := f.serve(ctx, f.uri, attacked)
	if err != nil {
		return err
	}
	defer p.stop()
	o := r.operations[min(1, len(r.operations)-1)]
	known, during := o.post(p.host), 2*r.during
	r.printf("\n### Under attack\n\nKnown answers (%s) to %d connections, while another client sends up to %d requests a second, all different.\n\n"+
		"| attack | attacks /s | known /s | in peace /s | ratio |\n| --- | ---: | ---: | ---: | ---: |\n", o.name, attackConnections, attackPace)
	for name, attack := range attacks(p.host) {
		var peace, war, hostile []sample
		for round := range r.rounds {
			say("attack by %s, round %d of %d", name, round+1, r.rounds)
			quiet, err := load(ctx, p.host, known, attackConnections, during, 0)
			if err != nil {
				return err
			}
			loud, enemy, err := together(ctx, p.host, known, attack, during)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			peace, war, hostile = append(peace, sample{result: quiet}), append(war, sample{result: loud}), append(hostile, sample{result: enemy})
		}
		ratio := median(war, rate) / median(peace, rate)
		r.printf("| %s | %.0f | %.0f | %.0f | %.2f |\n", name, median(hostile, rate), median(war, rate), median(peace, rate), ratio)
		r.goals = append(r.goals, goal{what: "known answers under attack by " + name + ", beside in peace", figure: ratio, bound: minAttacked})
	}
	return r.memory(ctx, " under attack", []*process{p}, func(*process) (string, layers) { return "Sen with little memory", attacked })
}

// together loads with two requests at once.
func together(ctx context.Context, host string, known, attack request, during time.Duration) (loud, enemy result, err error) {
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() { enemy, failed = load(ctx, host, attack, attackConnections, during, attackPace) })
	loud, err = load(ctx, host, known, attackConnections, during, 0)
	wg.Wait()
	if err == nil {
		err = failed
	}
	return loud, enemy, err
}
