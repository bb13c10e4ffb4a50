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

// hostile is a request of which no two that are sent are alike.
type hostile struct {
	name string
	request
}

// attacks differ in what stands in each request.
func attacks(host string) []hostile {
	const query = `query Q%s($slug: String) { article(slug: $slug) { id title } }`
	numbered := func(o operation) request {
		text := o.post(host).bytes
		return request{text, bytes.Index(text, []byte(placeholder)), len(placeholder), "0123456789"}
	}
	return []hostile{
		{"different documents", numbered(operation{query: fmt.Sprintf(query, placeholder), variables: map[string]any{"slug": "article-7"}})},
		{"different variables", numbered(operation{query: fmt.Sprintf(query, ""), variables: map[string]any{"slug": "nothing-" + placeholder}})},
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
	for _, attack := range attacks(p.host) {
		var peace, war, enemies []result
		for round := range r.rounds {
			say("attack by %s, round %d of %d", attack.name, round+1, r.rounds)
			quiet, err := load(ctx, p.host, known, attackConnections, during, 0)
			if err != nil {
				return err
			}
			loud, enemy, err := together(ctx, p.host, known, attack.request, during)
			if err != nil {
				return fmt.Errorf("%s: %w", attack.name, err)
			}
			peace, war, enemies = append(peace, quiet), append(war, loud), append(enemies, enemy)
		}
		speed := func(r result) float64 { return r.perSecond }
		ratio := median(war, speed) / median(peace, speed)
		r.printf("| %s | %.0f | %.0f | %.0f | %.2f |\n", attack.name, median(enemies, speed), median(war, speed), median(peace, speed), ratio)
		r.goals = append(r.goals, goal{what: "known answers under attack by " + attack.name + ", beside in peace", figure: ratio, bound: minAttacked})
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
