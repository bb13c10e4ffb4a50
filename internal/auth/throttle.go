package auth

import (
	"net/netip"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"sen/internal/content"
)

// What a throttle allows.
const (
	loginFailures   = 5  // failures of a login before it waits
	addressFailures = 20 // failures from an address before it waits
	longestWait     = 15 * time.Minute
	// forgotten is how long after its last failure a login or an address starts anew.
	forgotten = 24 * time.Hour
	// maxKeys bounds how many logins, and how many addresses, are remembered: those that failed last.
	maxKeys = 5000
)

// Throttle slows down those who guess passwords. After 5 failures a login waits for 1 s,
// then 2 s, 4 s and so on up to 15 min; an address does after 20. An attempt counts as
// failed from its begin until it succeeds, so that many at once gain nothing.
type Throttle struct {
	mu                sync.Mutex
	now               func() time.Time
	logins, addresses *simplelru.LRU[string, failures]
}

// failures are those of one login or one address.
type failures struct {
	n    int
	last time.Time
	// until is when the next attempt may be made.
	until time.Time
}

// NewThrottle makes a throttle with a clock.
func NewThrottle(now func() time.Time) *Throttle {
	return &Throttle{now: now, logins: newFailures(), addresses: newFailures()}
}

func newFailures() *simplelru.LRU[string, failures] {
	lru, err := simplelru.NewLRU[string, failures](maxKeys, nil)
	if err != nil {
		panic(err) // the size is a constant
	}
	return lru
}

// Begin lets an attempt to sign in begin. It answers RATE_LIMITED, with the seconds to
// wait, while the login or the address has to; such an attempt makes nobody wait longer.
// An empty address is not counted.
func (t *Throttle) Begin(login, address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	address = Network(address)
	wait := max(remaining(t.logins, login, now), remaining(t.addresses, address, now))
	if wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		return content.Errorf(content.CodeRateLimited, "Too many attempts to sign in failed. Try again in %d s.", seconds)
	}
	count(t.logins, login, loginFailures, now)
	if address != "" {
		count(t.addresses, address, addressFailures, now)
	}
	return nil
}

// Succeeded takes an attempt back that went well. The login starts anew; of the address
// just this one is forgiven, or else an account of one's own would open all others.
func (t *Throttle) Succeeded(login, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.logins.Remove(login)
	address = Network(address)
	if f, ok := t.addresses.Peek(address); ok {
		f.n--
		f.until = time.Time{}
		t.addresses.Add(address, f)
	}
}

// remaining is how long a key has to wait.
func remaining(lru *simplelru.LRU[string, failures], key string, now time.Time) time.Duration {
	f, _ := lru.Peek(key)
	return f.until.Sub(now)
}

// count notes a failure of a key that may fail some times before it has to wait.
func count(lru *simplelru.LRU[string, failures], key string, allowed int, now time.Time) {
	f, _ := lru.Peek(key)
	if now.Sub(f.last) > forgotten {
		f = failures{}
	}
	f.n++
	f.last = now
	if over := f.n - allowed; over >= 0 {
		f.until = now.Add(min(time.Second<<min(over, 20), longestWait))
	}
	lru.Add(key, f)
}

// Network is what counts as one address: an IPv6 customer has a /64 at least (RFC 6177).
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64) // 64 fits every IPv6 address
	return prefix.String()
}
