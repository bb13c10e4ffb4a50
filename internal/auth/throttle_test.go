package auth_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sen/internal/auth"
	"sen/internal/content"
)

// guesser is a throttle with a clock that the test sets.
type guesser struct {
	*auth.Throttle
	t   *testing.T
	now time.Time
}

func newGuesser(t *testing.T) *guesser {
	g := &guesser{t: t, now: time.Unix(1_700_000_000, 0)}
	g.Throttle = auth.NewThrottle(func() time.Time { return g.now })
	return g
}

// refused starts an attempt and reports whether it was refused.
func (g *guesser) refused(login string, from auth.Source) bool {
	g.t.Helper()
	err := g.Begin(login, from)
	if err != nil && content.CodeOf(err) != content.CodeRateLimited {
		g.t.Fatal(err)
	}
	return err != nil
}

// fails makes n failing attempts and returns how many could start.
func (g *guesser) fails(n int, attempt func(i int) (login string, from auth.Source)) (begun int) {
	g.t.Helper()
	for i := range n {
		if !g.refused(attempt(i)) {
			begun++
		}
	}
	return begun
}

func at(format string, args ...any) auth.Source {
	return auth.Source{Address: fmt.Sprintf(format, args...)}
}

// TestThrottleWaits checks how long a login has to wait after failures from one network, and that a success resets the
// counter.
func TestThrottleWaits(t *testing.T) {
	g := newGuesser(t)
	here := at("10.0.0.1")
	if n := g.fails(5, func(int) (string, auth.Source) { return "lan", here }); n != 5 {
		t.Fatalf("%d of 5 attempts begin", n)
	}
	for _, wait := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
		wait *= time.Second
		g.now = g.now.Add(wait - time.Millisecond)
		if !g.refused("lan", here) {
			t.Fatalf("it need not wait %s", wait)
		}
		g.now = g.now.Add(time.Millisecond)
		if g.refused("lan", here) {
			t.Fatalf("it must wait longer than %s", wait)
		}
	}
	if err := g.Begin("lan", here); !strings.Contains(err.Error(), "900 s") {
		t.Errorf("the wait is told as %q", err)
	}
	if g.refused("minh", here) {
		t.Error("another login waits too")
	}
	g.now = g.now.Add(15 * time.Minute)
	if g.refused("lan", here) {
		t.Error("the wait does not end")
	}
	g.Succeeded("lan", here)
	// then the network's shared counter is full
	if n := g.fails(9, func(int) (string, auth.Source) { return "lan", here }); n != 2 {
		t.Errorf("%d attempts begin after a success", n)
	}
	g.now = g.now.Add(25 * time.Hour)
	if n := g.fails(9, func(int) (string, auth.Source) { return "lan", here }); n != 5 {
		t.Errorf("%d attempts begin a day later", n)
	}
}

// TestThrottleLocksNobodyOut lets an attacker guess a login's password while the owner signs in from elsewhere.
func TestThrottleLocksNobodyOut(t *testing.T) {
	for name, c := range map[string]struct {
		attack func(i int) auth.Source
		begun  int // how many of 1,000 concurrent attempts start
		free   []auth.Source
		held   []auth.Source
	}{
		"from one address": {
			func(int) auth.Source { return at("192.0.2.1") }, 5,
			[]auth.Source{
				at("192.0.2.2"), at("198.51.100.1"), at("2001:db8::1"),
				{Address: "192.0.2.1", Client: "browser"},
				{Client: "session"},
			},
			[]auth.Source{at("192.0.2.1"), at("::ffff:192.0.2.1")},
		},
		"from one IPv6 customer": {
			func(i int) auth.Source { return at("2001:db8:0:1::%x", i) }, 5,
			[]auth.Source{at("2001:db8:0:2::1"), at("192.0.2.1")},
			[]auth.Source{at("2001:db8:0:1:ffff::1")},
		},
		"from one range": {
			func(i int) auth.Source { return at("192.0.2.%d", i%250) }, 20,
			[]auth.Source{at("192.0.3.1")},
			[]auth.Source{at("192.0.2.251")},
		},
		"from one IPv6 site": {
			func(i int) auth.Source { return at("2001:db8:1:%x::1", i) }, 20,
			[]auth.Source{at("2001:db8:2::1")},
			[]auth.Source{at("2001:db8:1:ffff::1")},
		},
		"from everywhere": {
			func(i int) auth.Source { return at("10.%d.%d.1", i/250, i%250) }, 100,
			[]auth.Source{{Address: "203.0.113.1", Client: "browser"}, {Client: "session"}},
			[]auth.Source{at("203.0.113.1")},
		},
	} {
		g := newGuesser(t)
		if n := g.fails(1000, func(i int) (string, auth.Source) { return "lan", c.attack(i) }); n != c.begun {
			t.Errorf("%s: %d attempts begin", name, n)
		}
		for _, from := range c.free {
			if g.refused("lan", from) {
				t.Errorf("%s: %v has to wait", name, from)
			}
		}
		for _, from := range c.held {
			if !g.refused("lan", from) {
				t.Errorf("%s: %v need not wait", name, from)
			}
		}
		if g.refused("minh", at("203.0.113.9")) {
			t.Errorf("%s: another login waits", name)
		}
	}
}

// TestThrottleOfALogin checks that a login under attack from many networks has 100 failures an hour and waits 36 s at
// most.
func TestThrottleOfALogin(t *testing.T) {
	g := newGuesser(t)
	attempt := func(i int) (string, auth.Source) { return "lan", at("10.%d.%d.1", i/250, i%250) }
	g.fails(200, attempt)
	begun := 0
	for i := range 2 * 3600 {
		g.now = g.now.Add(time.Second)
		if !g.refused(attempt(i)) {
			begun++
		}
	}
	if begun < 190 || begun > 210 {
		t.Errorf("%d attempts begin in two hours", begun)
	}
	g.now = g.now.Add(36 * time.Second)
	if g.refused("lan", at("203.0.113.1")) {
		t.Error("the wait is longer than 36 s")
	}
}

// TestThrottleOfAKnownClient checks that a known client has its own counter for its login only, and that its own
// guesses are limited, too.
func TestThrottleOfAKnownClient(t *testing.T) {
	g := newGuesser(t)
	known := auth.Source{Address: "192.0.2.1", Client: "browser"}
	if n := g.fails(50, func(int) (string, auth.Source) { return "lan", known }); n != 5 {
		t.Errorf("%d guesses of a known client begin", n)
	}
	if g.refused("minh", known) || g.refused("lan", auth.Source{Client: "other"}) || g.refused("lan", at("192.0.2.1")) {
		t.Error("others wait for it")
	}
}

// TestThrottleOfANetwork checks that a network which tries many logins has to wait, and what a success from it resets.
func TestThrottleOfANetwork(t *testing.T) {
	g := newGuesser(t)
	spray := func(i int) (string, auth.Source) { return fmt.Sprintf("login%d", i), at("2001:db8::%x", i) }
	if n := g.fails(1000, spray); n != 20 {
		t.Fatalf("%d attempts of the network begin", n)
	}
	if !g.refused("anyone", at("2001:db8::ffff")) {
		t.Error("a network may go on")
	}
	if g.refused("anyone", at("2001:db8:0:1::1")) {
		t.Error("another network waits too")
	}
	g.now = g.now.Add(time.Second)
	mine := at("2001:db8::1")
	if g.refused("mine", mine) {
		t.Error("the network must wait longer")
	}
	g.Succeeded("mine", mine)
	if g.refused("yours", mine) || !g.refused("yours", mine) {
		t.Error("a success of one login opens the network for more than that")
	}
}

// TestThrottleAtOnce checks that concurrent attempts are counted before they end.
func TestThrottleAtOnce(t *testing.T) {
	g := newGuesser(t)
	var wg sync.WaitGroup
	begun := make(chan struct{}, 100)
	for range 100 {
		wg.Go(func() {
			if g.Begin("lan", at("10.0.0.1")) == nil {
				begun <- struct{}{}
			}
		})
	}
	wg.Wait()
	if n := len(begun); n != 5 {
		t.Errorf("%d attempts began at once", n)
	}
}

// TestThrottleIsBounded checks that the throttle remembers a guessed login during a flood of other logins and networks.
func TestThrottleIsBounded(t *testing.T) {
	g := newGuesser(t)
	g.fails(5, func(int) (string, auth.Source) { return "lan", at("192.0.2.1") })
	g.fails(9000, func(i int) (string, auth.Source) {
		return strings.Repeat("x", 800) + fmt.Sprint(i), at("10.%d.%d.1", i/250, i%250)
	})
	if !g.refused("lan", at("192.0.2.1")) {
		t.Error("a flood of 9,000 attempts forgives five")
	}
}

// TestDevice checks for which logins a device mark identifies a browser.
func TestDevice(t *testing.T) {
	s, other := auth.NewSigner([]byte(strings.Repeat("k", 32))), auth.NewSigner([]byte(strings.Repeat("l", 32)))
	mark := s.Device("", "lan")
	name := s.KnownDevice(mark, "lan")
	if name == "" || s.KnownDevice(s.Device("", "lan"), "lan") == name {
		t.Errorf("two devices are %q", name)
	}
	both := s.Device(mark, "minh")
	if s.KnownDevice(both, "lan") != name || s.KnownDevice(both, "minh") != name {
		t.Errorf("the mark of two logins is %s", both)
	}
	if again := s.Device(both, "lan"); len(again) != len(both) {
		t.Errorf("a login stands twice in %s", again)
	}
	full := both
	for i := range 10 {
		full = s.Device(full, fmt.Sprint("login", i))
	}
	if s.KnownDevice(full, "login9") != name || s.KnownDevice(full, "lan") != "" || len(full) > 300 {
		t.Errorf("a mark of many logins: %s", full)
	}
	if strings.Contains(both, "lan") {
		t.Errorf("the login shows in %s", both)
	}
	_, rest, _ := strings.Cut(mark, ".")
	foreign := strings.SplitN(s.Device("", "lan"), ".", 2)[0] + "." + rest
	for why, bad := range map[string]string{
		"nothing": "", "a name alone": name, "another key": other.Device("", "lan"), "another name": foreign,
		"a long one": mark + strings.Repeat(".x", 400),
		"none":       "lan.x", "a session": auth.NewSecret(auth.SecretSession),
	} {
		if s.KnownDevice(bad, "lan") != "" {
			t.Errorf("%s makes known", why)
		}
		if s.KnownDevice(s.Device(bad, "lan"), "lan") == "" {
			t.Errorf("%s can't be mended", why)
		}
	}
}
