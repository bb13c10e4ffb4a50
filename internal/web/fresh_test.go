package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/cache"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// gate is a proxy to a store that can hold back the bytes of the change stream without closing a connection.
type gate struct {
	address string
	// shut is locked while no bytes of the change stream pass.
	shut sync.RWMutex
}

// newGate starts a proxy to a server.
func newGate(t *testing.T, server string) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	g := &gate{address: listener.Addr().String()}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go g.join(client, server)
		}
	}()
	return g
}

// join carries bytes in both directions. The first message of a connection says whether it is a change stream.
func (g *gate) join(client net.Conn, address string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	first := make([]byte, 16<<10)
	n, err := client.Read(first)
	if err != nil {
		return
	}
	feed := bytes.Contains(first[:n], []byte("sen-feed"))
	carry := func(to io.WriteCloser, from io.Reader) {
		defer func() { _ = to.Close() }()
		buffer := make([]byte, 64<<10)
		for {
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			if feed {
				g.shut.RLock()
				g.shut.RUnlock() //nolint:staticcheck // wait until the gate is open
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
	go carry(client, server)
	carry(server, io.MultiReader(bytes.NewReader(first[:n]), client))
}

// freshNode is a program that serves a store and caches answers.
type freshNode struct {
	*testserver.Server
	answers *cache.Answers
	// reads are the answers that its reader got.
	reads []read
}

// read is an answer: which version of which entry, and when it was requested.
type read struct {
	entry, version int
	asked          time.Time
}

// freshEntry is an entry that changes; its name is "v" with the number of its last change.
type freshEntry struct {
	id string
	// acknowledged has the time at which each change was acknowledged.
	acknowledged []time.Time
}

// TestFresh changes entries through one node, a hundred times a second without the race detector, and reads them from
// the caches of two nodes. Then it cuts the second node's change stream. The writing node must never give an answer
// older than what it acknowledged. The other node must never give one that is more than 3 s old, with or without its
// change stream. SEN_FRESH is how long the test writes before the cut; with -v it prints how old the answers were.
func TestFresh(t *testing.T) {
	e := testkit.MongoDB(t)
	whole, cut := 3*time.Second, 6*time.Second
	if text := os.Getenv("SEN_FRESH"); text != "" {
		var err error
		if whole, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
		cut = 10 * time.Second
	}
	address, err := url.Parse(e.URI)
	if err != nil {
		t.Fatal(err)
	}
	way := newGate(t, address.Host)
	behind := testkit.Engine{Name: e.Name, URI: "mongodb://" + way.address + address.Path + "?directConnection=true"}
	var nodes [2]*freshNode
	for i, reached := range []testkit.Engine{e, behind} {
		store, n := testkit.Store(t, reached), &freshNode{}
		n.answers = web.NewAnswers(store, 1<<24)
		n.Server = testserver.Start(t, store, func(_ *graph.Options, o *web.Options) { o.Answers = n.answers })
		go store.Follow(t.Context())
		testkit.Eventually(t, "the changes of others are heard of", store.Feed.Current)
		nodes[i] = n
	}
	writing, other := nodes[0], nodes[1]
	entries := make([]freshEntry, 16)
	for i := range entries {
		entries[i].id = publishTag(t, writing.Server, "v0")
		entries[i].acknowledged = []time.Time{time.Now()}
	}

	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer func() {
		stop()
		running.Wait()
	}()
	every := 10 * time.Millisecond
	if raceEnabled {
		every *= 10 // slow enough for two busy cores
	}
	turns := time.NewTicker(every)
	defer turns.Stop()
	for i := range entries {
		running.Go(func() { entries[i].keepChanging(ctx, t, writing.Server, turns.C) })
	}
	for _, n := range nodes {
		running.Go(func() { n.keepReading(ctx, t, entries) })
	}
	began := time.Now()
	time.Sleep(whole)
	way.shut.Lock()
	shut, before := time.Now(), other.answers.Stats().Hits.Load()
	time.Sleep(cut)
	way.shut.Unlock()
	opened, silent := time.Now(), other.answers.Stats().Hits.Load()
	testkit.Eventually(t, "the other node answers from the cache again, while changes go on",
		func() bool { return other.answers.Stats().Hits.Load() > silent+20 })
	back := time.Now()
	time.Sleep(whole / 3)
	stop()
	running.Wait()
	ended := time.Now()

	changes := 0
	for _, entry := range entries {
		changes += len(entry.acknowledged) - 1
	}
	t.Logf("%d changes, %.0f a second; cached answers %d and %d; the other node's come again %s after the cut", changes,
		float64(changes)/ended.Sub(began).Seconds(),
		writing.answers.Stats().Hits.Load(), other.answers.Stats().Hits.Load(), back.Sub(opened).Round(time.Millisecond))
	if changes == 0 || before == 0 || writing.answers.Stats().Hits.Load() == 0 {
		t.Error("nothing was changed, or nothing was cached")
	}
	for _, phase := range []struct {
		name     string
		from, to time.Time
	}{{"whole", began, shut}, {"cut", shut, opened}, {"whole again", opened, ended}} {
		for name, n := range map[string]*freshNode{"writing": writing, "other": other} {
			ages, last := n.ages(entries, phase.from, phase.to)
			t.Logf("%s, %s node: %d answers, of which %d were behind; age median %s, p99 %s, most %s; a change was seen by all after median %s, p99 %s, most %s",
				phase.name, name, len(ages), len(ages)-zeros(ages), at(ages, .5), at(ages, .99), at(ages, 1), at(last, .5),
				at(last, .99), at(last, 1))
			if n == writing && at(ages, 1) > 0 {
				t.Errorf("%s: the writing node answered older than what it had acknowledged, by %s", phase.name, at(ages, 1))
			}
			if at(ages, 1) > 3*time.Second {
				t.Errorf("%s: the %s node answered what was %s old", phase.name, name, at(ages, 1))
			}
		}
	}
	for i, entry := range entries {
		want := len(entry.acknowledged) - 1
		testkit.Eventually(t, "the other node sees the last change",
			func() bool { v, err := other.version(entry.id); return err == nil && v == want })
		if v, err := writing.version(entry.id); v != want || err != nil {
			t.Errorf("the writing node has version %d of entry %d, %v; want %d", v, i, err, want)
		}
	}
}

// keepChanging changes an entry at each tick.
func (e *freshEntry) keepChanging(
	ctx context.Context, t *testing.T, server *testserver.Server, turns <-chan time.Time,
) {
	for version := 2; ; version += 2 {
		select {
		case <-ctx.Done():
			return
		case <-turns:
		}
		next := len(e.acknowledged)
		body, err := post(server,
			fmt.Sprintf(`mutation { updateTag(id: %q, version: %d, input: {name: {text: "v%d"}}) { userErrors { code } } publish(id: %q, version: %d) { userErrors { code } } }`,
				e.id, version, next, e.id, version+1))
		if want := `{"data":{"updateTag":{"userErrors":[]},"publish":{"userErrors":[]}}}`; err != nil || body != want {
			t.Errorf("change %d: %s %v", next, body, err)
			return
		}
		e.acknowledged = append(e.acknowledged, time.Now())
	}
}

// keepReading asks for one entry after the other.
func (n *freshNode) keepReading(ctx context.Context, t *testing.T, entries []freshEntry) {
	for i := 0; ctx.Err() == nil; i = (i + 1) % len(entries) {
		asked := time.Now()
		version, err := n.version(entries[i].id)
		if err != nil {
			t.Error(err)
			return
		}
		n.reads = append(n.reads, read{i, version, asked})
		time.Sleep(time.Millisecond)
	}
}

// version returns which change of an entry a node shows.
func (n *freshNode) version(id string) (int, error) {
	body, err := post(n.Server, fmt.Sprintf(`{ tag(id: %q) { name } }`, id))
	if err != nil {
		return 0, err
	}
	number, whole := strings.CutPrefix(body, `{"data":{"tag":{"name":"v`)
	number, ends := strings.CutSuffix(number, `"}}}`)
	if !whole || !ends {
		return 0, errors.New(body)
	}
	return strconv.Atoi(number)
}

// post sends a query, or a mutation as an editor.
func post(server *testserver.Server, query string) (string, error) {
	request, err := http.NewRequest(http.MethodPost, server.URL+"/graphql",
		strings.NewReader(`{"query":`+strconv.Quote(query)+`}`))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(query, "mutation") {
		request.Header.Set(testserver.ActorHeader, "editor")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// ages returns two sorted lists about the time from from to to. ages has the age of each answer: how long before the
// request the first change was acknowledged that the answer lacks; 0 if it lacks none. last has, for each change, how
// long after it the last answer without it was requested.
func (n *freshNode) ages(entries []freshEntry, from, to time.Time) (ages, last []time.Duration) {
	type change struct{ entry, version int }
	lacked := map[change]time.Duration{}
	for _, r := range n.reads {
		if r.asked.Before(from) || !r.asked.Before(to) {
			continue
		}
		age := time.Duration(0)
		for v := r.version + 1; v < len(entries[r.entry].acknowledged); v++ {
			behind := r.asked.Sub(entries[r.entry].acknowledged[v])
			if behind <= 0 {
				break
			}
			age = max(age, behind)
			lacked[change{r.entry, v}] = max(lacked[change{r.entry, v}], behind)
		}
		ages = append(ages, age)
	}
	for i, entry := range entries {
		for v, acknowledged := range entry.acknowledged {
			if v > 0 && acknowledged.After(from) && acknowledged.Before(to) {
				last = append(last, lacked[change{i, v}])
			}
		}
	}
	slices.Sort(ages)
	slices.Sort(last)
	return ages, last
}

// zeros returns how many of the sorted durations are zero.
func zeros(sorted []time.Duration) int {
	n, _ := slices.BinarySearch(sorted, 1)
	return n
}

// at returns a quantile of sorted durations.
func at(sorted []time.Duration, quantile float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(quantile*float64(len(sorted)-1))].Round(10 * time.Microsecond)
}
