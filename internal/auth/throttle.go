package auth

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"sen/internal/content"
)

// The numbers of failures after which an attempt has to wait.
const (
	pairFailures    = 5   // of a login from one network, or from one known client
	rangeFailures   = 20  // of a login from one range of networks
	networkFailures = 20  // from a network, of any logins
	loginFailures   = 100 // of a login from everywhere
)

const (
	longestWait = 15 * time.Minute
	// longestLoginWait allows about 100 failures of a login per hour from all addresses, the limit of OWASP ASVS 4.0.3,
	// 2.2.1. It is short, because anyone who knows a login can make unknown clients of this login wait.
	longestLoginWait = time.Hour / loginFailures
	// forgotten is how long after its last failure a key is reset.
	forgotten = 24 * time.Hour
	// maxKeys is how many keys each counter remembers: those with the most recent failures.
	maxKeys = 10_000
)

// Throttle slows down password guessing.
//
// Failures of a login are counted for each network, so that nobody can lock a login for everyone else. With higher
// limits, they are also counted for the range of networks and for the login alone, against attackers with many
// networks. Failures of a network are also counted for all logins together. After too many failures, an attempt has to
// wait 1 s, then 2 s, 4 s and so on up to 15 min (36 s for the login alone).
//
// A client that signed in before has its own counter, and the other counters don't delay it (OWASP, "Slow Down Online
// Guessing Attacks with Device Cookies"). An attempt counts as failed from its start until it succeeds, so that
// concurrent attempts have no advantage.
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

// failures has the failures of one key.
type failures struct {
	n    int
	last time.Time
	// until is the earliest time of the next attempt.
	until time.Time
}

// Source says where an attempt to sign in comes from.
type Source struct {
	// Address is the client's network address; empty if it is not known.
	Address string
	// Client identifies a client that has proved the login's password before: a browser by its device mark
	// ([Signer.Device]), or a session. It is empty for any other client.
	Client string
}

// NewThrottle returns a throttle with a clock.
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

// counted is one key of a counter. Keys are hashes, so that long logins use no more memory than short ones.
type counted struct {
	*counter
	key uint64
}

// counters lists the counters of an attempt. The first one belongs to the attempt alone and is reset when the attempt
// succeeds.
func (t *Throttle) counters(login string, from Source) []counted {
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

// Begin starts an attempt to sign in. If the attempt has to wait, Begin fails with RATE_LIMITED and the number of
// seconds; a refused attempt does not make the wait longer.
func (t *Throttle) Begin(login string, from Source) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, list := t.now(), t.counters(login, from)
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

// Succeeded records that an attempt succeeded. It resets the attempt's own counter. In the shared counters it removes
// only this attempt: otherwise an attacker with an account could reset them by signing in.
func (t *Throttle) Succeeded(login string, from Source) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.counters(login, from)
	list[0].kept.remove(list[0].key)
	for _, c := range list[1:] {
		c.forgive()
	}
}

// remaining returns how long the key has to wait.
func (c counted) remaining(now time.Time) time.Duration {
	f, _ := c.kept.get(c.key)
	return f.until.Sub(now)
}

// count adds a failure.
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

// forgive removes one failure.
func (c counted) forgive() {
	if f, ok := c.kept.get(c.key); ok {
		f.n--
		f.until = time.Time{}
		c.kept.set(c.key, f)
	}
}

// Network returns the network that is counted for an address: an IPv4 address itself, or the IPv6 /64, which is the
// least that a customer has (RFC 6177).
func Network(address string) string { return network(address, 32, 64) }

// wideNetwork returns the range of networks that one attacker can get cheaply: an IPv4 /24, or the IPv6 /48 of a site
// (RFC 6177).
func wideNetwork(address string) string { return network(address, 24, 48) }

// network returns the network of an address with a prefix length for IPv4 and one for IPv6. It returns text that is not
// an address unchanged.
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
