package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
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
	name, host string
	request
	// pace is how many requests are sent in a second. least is the share of their usual rate that cached answers must
	// keep.
	pace  float64
	least float64
}

// attacks lists the attacks, which differ in the part of the request that changes. searching is the host with a search
// index.
func attacks(host, searching string) []attackRequest {
	const query = `query Q%s($slug: String) { article(slug: $slug) { id title } }`
	numbered := func(host string, o operation) request {
		text := o.post(host).bytes
		return request{text, bytes.Index(text, []byte(placeholder)), len(placeholder), "0123456789"}
	}
	return []attackRequest{
		{
			"different documents", host,
			numbered(host, operation{query: fmt.Sprintf(query, placeholder), variables: map[string]any{"slug": "article-7"}}),
			attackPace, minAttacked,
		},
		{
			"different variables", host,
			numbered(host, operation{query: fmt.Sprintf(query, ""), variables: map[string]any{"slug": "nothing-" + placeholder}}),
			attackPace, minAttacked,
		},
		{
			"searches", searching,
			numbered(searching, operation{
				query:     `query($text: String!) { search(query: $text, first: 10) { nodes { label } } }`,
				variables: map[string]any{"text": "san pham cong nghiep " + placeholder},
			}),
			searchPace, minSearched,
		},
	}
}

// The load by searches, which is no attack: this many in a second, no two alike.
const searchPace = 50

// minSearched is the share of their usual rate that cached answers must keep while others search.
const minSearched = 0.8

// minAttacked is the share of their usual rate that cached answers must keep during an attack.
const minAttacked = 0.5

// attack measures the rate of cached answers during each attack, and compares it with the rate without an attack.
func (f *fleet) attack(ctx context.Context, r *report) error {
	p, err := f.serve(ctx, f.uri, attackedCaches)
	if err != nil {
		return err
	}
	defer p.stop()
	searching, err := f.serve(ctx, f.uri, attackedCaches, "--search", "--search-dir", filepath.Join(f.dir, "search"))
	if err != nil {
		return err
	}
	defer searching.stop()
	progressf("the search index is being built")
	if err := indexed(ctx, searching.host); err != nil {
		return err
	}
	o := r.operations[min(1, len(r.operations)-1)]
	during := 2 * r.during
	r.printf("\n### Under attack\n\nCached answers (%s) to %d connections, while another client sends up to %d requests a second (%d searches), all different.\n\n"+
		"| attack | attacks /s | cached /s | cached /s without attack | ratio |\n| --- | ---: | ---: | ---: | ---: |\n",
		o.name, attackConnections, attackPace, searchPace)
	for _, attack := range attacks(p.host, searching.host) {
		known := o.post(attack.host)
		var peace, war, enemies []result
		for round := range r.rounds {
			progressf("attack by %s, round %d of %d", attack.name, round+1, r.rounds)
			quiet, err := load(ctx, attack.host, known, attackConnections, during, 0)
			if err != nil {
				return err
			}
			cached, attacker, err := loadBoth(ctx, known, attack, during)
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
				bound: attack.least,
			})
	}
	return r.memory(ctx, " under attack", []*process{p},
		func(*process) (string, cacheSizes) { return "Sen with little memory", attackedCaches })
}

// indexed waits until a server's search index is complete.
func indexed(ctx context.Context, host string) error {
	const all = `{ search(query: "", first: 0) { totalCount } }`
	for {
		answer, err := ask(ctx, host, operation{query: all}.post(host))
		if err != nil || !bytes.Contains(answer, []byte("extensions")) {
			return err
		}
		time.Sleep(time.Second)
	}
}

// loadBoth sends two kinds of requests at the same time.
func loadBoth(
	ctx context.Context, known request, attack attackRequest, during time.Duration,
) (cached, attacker result, err error) {
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() {
		attacker, failed = load(ctx, attack.host, attack.request, attackConnections, during, attack.pace)
	})
	cached, err = load(ctx, attack.host, known, attackConnections, during, 0)
	wg.Wait()
	if err == nil {
		err = failed
	}
	return cached, attacker, err
}
