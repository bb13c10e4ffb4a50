package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// maxPerPoint is the maximum processor time of mongod and Sen together for one point of cost.
const maxPerPoint = 20 * time.Millisecond

// A request is repeated until it has used enoughTime of processor time, which the system counts in ticks of 10 ms, or
// was sent enoughTimes times.
const (
	enoughTime  = 400 * time.Millisecond
	enoughTimes = 40
)

// spent is the average of what a request used.
type spent struct {
	time time.Duration
	cost int
	// refused is the error code of a refused or aborted request; empty if the request was answered.
	refused string
}

// perPoint returns the processor time for each point of cost. A request counts as at least one point.
func (s spent) perPoint() time.Duration { return s.time / time.Duration(max(s.cost, 1)) }

// searcher measures requests on one server of Sen.
type searcher struct {
	sen    *process
	mongod int
	db     *mongo.Database
	// secret is the token of an editor.
	secret string
}

// newSearcher starts a program of Sen.
func newSearcher(ctx context.Context, program, uri string, mongod int, db *mongo.Database) (searcher, error) {
	secret, err := editorToken(ctx, program, "--mongodb-uri", uri)
	if err != nil {
		return searcher{}, err
	}
	sen, err := (&environment{sen: program}).serve(ctx, uri, cacheSizes{})
	return searcher{sen, mongod, db, secret}, err
}

// costliest searches for the request that uses the most processor time for its cost. With -before it also measures
// another program of Sen, such as one that was built before a change.
func (g *environment) costliest(ctx context.Context, o settings) error {
	uri, err := g.fill(ctx, "sen", o.articles)
	if err != nil {
		return err
	}
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	var searchers []searcher
	for _, program := range []string{o.before, g.sen} {
		if program == "" {
			continue
		}
		s, err := newSearcher(ctx, program, uri, g.mongod.PID(), client.Database("sen"))
		if err != nil {
			return err
		}
		defer s.sen.stop()
		searchers = append(searchers, s)
	}
	return compareCostly(ctx, searchers, o.ops)
}

// compareCostly prints the usage of each request. It fails if a request exceeds maxPerPoint on the last server.
func compareCostly(ctx context.Context, searchers []searcher, only filter) error {
	fmt.Print("| request |")
	for range searchers {
		fmt.Print(" cost | processor ms | ms a point |")
	}
	fmt.Print("\n| --- |")
	for range searchers {
		fmt.Print(" ---: | ---: | ---: |")
	}
	fmt.Println()
	var worst time.Duration
	var worstName string
	for _, d := range costlyRequests {
		if !only.has(d.name) {
			continue
		}
		fmt.Printf("| %s |", d.name)
		var last spent
		for _, s := range searchers {
			var err error
			if last, err = s.measure(ctx, d); err != nil {
				return fmt.Errorf("%s: %w", d.name, err)
			}
			refused := ""
			if last.refused != "" {
				refused = " " + last.refused
			}
			fmt.Printf(" %d%s | %.1f | %.2f |", last.cost, refused, ms(last.time), ms(last.perPoint()))
		}
		fmt.Println()
		if last.perPoint() > worst {
			worst, worstName = last.perPoint(), d.name
		}
	}
	fmt.Printf("\nThe worst is %s: %.2f ms a point of cost (goal: at most %.0f).\n", worstName, ms(worst), ms(maxPerPoint))
	if worst > maxPerPoint {
		return errors.New("a point of cost uses too much processor time")
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measure sends a request until it has used enough processor time.
func (s searcher) measure(ctx context.Context, d costly) (spent, error) {
	var total, last spent
	n := 0
	for total.time < enoughTime && n < enoughTimes {
		if err := s.forgetPlans(ctx); err != nil {
			return spent{}, err
		}
		before, err := s.cpu()
		if err != nil {
			return spent{}, err
		}
		if last, err = s.send(ctx, d); err != nil {
			return spent{}, err
		}
		after, err := s.cpu()
		if err != nil {
			return spent{}, err
		}
		total.time += after - before
		n++
	}
	last.time = total.time / time.Duration(n)
	return last, nil
}

// forgetPlans clears the plan cache of mongod, so that it chooses indexes again, as for a new form of filter.
func (s searcher) forgetPlans(ctx context.Context) error {
	names, err := s.db.ListCollectionNames(ctx, bson.D{{Key: "type", Value: "collection"}})
	for _, name := range names {
		err = errors.Join(err, s.db.RunCommand(ctx, bson.D{{Key: "planCacheClear", Value: name}}).Err())
	}
	return err
}

// cpu returns the processor time that mongod and Sen have used so far.
func (s searcher) cpu() (time.Duration, error) { return cpus(s.mongod, s.sen.pid) }

// send sends a request and reads its cost from the answer.
func (s searcher) send(ctx context.Context, d costly) (used spent, err error) {
	body := map[string]any{
		"query": d.named(numbers.Add(1)), "variables": d.variables,
		"extensions": map[string]any{"cost": true},
	}
	secret, headers := "", []string(nil)
	if d.drafts {
		secret, headers = s.secret, []string{"Sen-Stage", "DRAFT"}
	}
	status, raw, err := post(ctx, s.sen.host, "/graphql", secret, body, headers...)
	if err != nil {
		return used, err
	}
	type extensions struct {
		Code string
		Cost struct{ Requested int }
	}
	var answer struct {
		Errors []struct {
			Message    string
			Extensions extensions
		}
		Extensions extensions
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return used, fmt.Errorf("%s: %w", status, err)
	}
	used.cost = answer.Extensions.Cost.Requested
	if len(answer.Errors) > 0 {
		first := answer.Errors[0]
		if slices.Contains([]string{"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "INTERNAL"}, first.Extensions.Code) &&
			!d.refused {
			return used, fmt.Errorf("%s: %s", first.Extensions.Code, first.Message)
		}
		used.refused = first.Extensions.Code
		used.cost = max(used.cost, first.Extensions.Cost.Requested)
	}
	return used, nil
}
