package auth

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"sen/internal/content"
)

// What a throttle allows: failures before one has to wait.
const (
	pairFailures    = 5   // of a login from one network, or from a client that is known to it
	rangeFailures   = 20  // of a login from one range of networks
	networkFailures = 20  // from a network, of any logins
	loginFailures   = 100 // of a login from everywhere
)

const (
	longestWait = 15 * time.Minute
	// longestLoginWait leaves a login 100 failures an hour from everywhere, the bound of OWASP ASVS 4.0.3, 2.2.1.
	// It is short, since whoever knows a login can have its strangers wait.
	longestLoginWait = time.Hour / loginFailures
	// forgotten is how long after its last failure a key starts anew.
	forgotten = 24 * time.Hour
	// maxKeys bounds how many keys each counter remembers: those that failed last.
	maxKeys = 10_000
)

// Throttle slows down those who guess passwords. Failures of a login count by the network that they come from, so that
// nobody can lock a login for everyone else; more loosely by the range that the network is of, and by the login alone,
// for attackers with many networks. A network's failures also count for all logins together. Who fails too often waits
// for 1 s, then 2 s, 4 s and so on up to 15 min (36 s for the login alone). A client that signed in before has a
// counter of its own, and none of the others holds it up (OWASP, "Slow Down Online Guessing Attacks with Device
// Cookies"). An attempt counts as failed from its begin until it succeeds, so that many at once gain nothing.
type Throttle struct {
	mu   sync.Mutex
	now  func() time.Time
	seed maphash.Seed

	clients, pairs, ranges, networks, logins *counter
}

// counter counts failures by key.
type counter struct {
	allowed int
	longest time.Duration
	kept    *recent[failures]
}

// failures are those of one key.
type failures struct {
	n    int
	last time.Time
	// until is when the next attempt may be made.
	until time.Time
}

// Source is where an attempt to prove a password comes from.
type Source struct {
	// Address is the client's network address; empty when nobody knows.
	Address string
	// Client names a client that has proved the login's password before: a browser by its device mark
	// ([Signer.Device]), or a session. Empty for any other.
	Client string
}

// NewThrottle makes a throttle with a clock.
func NewThrottle(now func() time.Time) *Throttle {
	return &Throttle{
		now: now, seed: maphash.MakeSeed(),
		clients: newCounter(pairFailures, longestWait), pairs: newCounter(pairFailures, longestWait),
		ranges: newCounter(rangeFailures, longestWait), networks: newCounter(networkFailures, longestWait),
		logins: newCounter(loginFailures, longestLoginWait),
	}
}

func newCounter(allowed int, longest time.Duration) *counter {
	return &counter{allowed, longest, newRecent[failures](maxKeys)}
}

// counted is one key of a counter. Keys are hashes, so that long logins take no more memory than short ones.
type counted struct {
	*counter
	key uint64
}

// of lists what an attempt counts in. The first is the attempt's own, which starts anew when it succeeds.
func (t *Throttle) of(login string, from Source) []counted {
	key := func(part string) uint64 { return maphash.Comparable(t.seed, [2]string{login, part}) }
	if from.Client != "" {
		return []counted{{t.clients, key(from.Client)}}
	}
	network, wide := Network(from.Address), wideNetwork(from.Address)
	list := []counted{{t.pairs, key(network)}, {t.ranges, key(wide)}, {t.logins, key("")}}
	if network != "" {
		list = append(list, counted{t.networks, maphash.String(t.seed, network)})
	}
	return list
}

// Begin lets an attempt to prove a login's password begin. It answers RATE_LIMITED, with the
// seconds to wait, while the attempt has to; such an attempt makes nobody wait longer.
func (t *Throttle) Begin(login string, from Source) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, list := t.now(), t.of(login, from)
	var wait time.Duration
	for _, c := range list {
		wait = max(wait, c.remaining(now))
	}
	if wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		return content.Errorf(content.CodeRateLimited, "Too many attempts to sign in failed. Try again in %d s.", seconds)
	}
	for _, c := range list {
		c.count(now)
	}
	return nil
}

// Succeeded takes an attempt back that went well. What is the attempt's own starts anew; of what it shares with
// others just this one is forgiven, or else an account of one's own would open all others.
func (t *Throttle) Succeeded(login string, from Source) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.of(login, from)
	list[0].kept.remove(list[0].key)
	for _, c := range list[1:] {
		c.forgive()
	}
}

// remaining is how long a key has to wait.
func (c counted) remaining(now time.Time) time.Duration {
	f, _ := c.kept.get(c.key)
	return f.until.Sub(now)
}

// count notes a failure.
func (c counted) count(now time.Time) {
	f, _ := c.kept.get(c.key)
	if now.Sub(f.last) > forgotten {
		f = failures{}
	}
	f.n++
	f.last = now
	if over := f.n - c.allowed; over >= 0 {
		f.until = now.Add(min(time.Second<<min(over, 20), c.longest))
	}
	c.kept.set(c.key, f)
}

// forgive takes one failure back.
func (c counted) forgive() {
	if f, ok := c.kept.get(c.key); ok {
		f.n--
		f.until = time.Time{}
		c.kept.set(c.key, f)
	}
}

// Network is what counts as one address: an IPv6 customer has a /64 at least (RFC 6177).
func Network(address string) string { return network(address, 32, 64) }

// wideNetwork is the range that one attacker gets cheaply: an IPv4 /24, or the IPv6 /48 of a site (RFC 6177).
func wideNetwork(address string) string { return network(address, 24, 48) }

// network is the network of an address with some length of its prefix for IPv4 and IPv6; what is no address is its own.
func network(address string, v4, v6 int) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	bits := v6
	if ip.Is4() {
		bits = v4
	}
	prefix, _ := ip.Prefix(bits) // the lengths fit
	if prefix.IsSingleIP() {
		return ip.String()
	}
	return prefix.String()
}
