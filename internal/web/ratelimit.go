package web

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"sen/internal/auth"
	"sen/internal/cache"
	"sen/internal/content"
)

// rateLimit limits the cost of a client's requests in a minute. The minute begins with the client's first request, so
// the header can say exactly how much is left, and when there is more. A nil rateLimit has no limit.
type rateLimit struct {
	quota   int
	now     func() time.Time
	proxies Proxies
	// minutes has the minute of each client: see [rateLimit.minute].
	minutes *cache.Recent
	// policy is the header that describes the limit (draft-ietf-httpapi-ratelimit-headers). The draft registers no
	// unit for cost; its name says it.
	policy []string
}

// minute has what a client may still spend until the minute ends.
type minute struct {
	mu   sync.Mutex
	left int
	ends time.Time
}

// maxClients is the number of clients that are remembered: those that send the most requests.
const maxClients = 100_000

func newRateLimit(quota int, now func() time.Time, proxies Proxies) *rateLimit {
	if quota == 0 {
		return nil
	}
	if now == nil {
		now = time.Now
	}
	return &rateLimit{
		quota: quota, now: now, proxies: proxies,
		minutes: cache.NewRecent(maxClients),
		policy:  []string{fmt.Sprintf(`"cost";q=%d;w=60`, quota)},
	}
}

// take subtracts a cost from what the client may still spend, and writes the rest into the answer's header. It
// refuses a request that costs more than is left; such a request subtracts nothing.
func (l *rateLimit) take(h http.Header, r *http.Request, cost int) *refusal {
	if l == nil {
		return nil
	}
	left, wait, ok := l.minute(r).take(max(cost, 0), l.quota, l.now())
	seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	h["Ratelimit-Policy"] = l.policy
	h["Ratelimit"] = []string{`"cost";r=` + strconv.Itoa(left) + ";t=" + seconds}
	if ok {
		delete(h, "Retry-After")
		return nil
	}
	h["Retry-After"] = []string{seconds}
	return refused(http.StatusTooManyRequests, content.CodeRateLimited,
		"Of the cost of %d that you may ask for in a minute %d is left, and this needs %d. Try again in %s s.", l.quota, left,
		cost, seconds)
}

// minute returns the minute of the request's client. The client is an account or a token; without one, it is a
// network. Guests with a preview count as their network, because many may have the same link.
func (l *rateLimit) minute(r *http.Request) *minute {
	who := "network " + auth.Network(l.proxies.client(r))
	if signedIn(r.Context()) {
		who = "actor " + auth.ActorOf(r.Context()).ID
	}
	return l.minutes.Of(who, func() any { return new(minute) }).(*minute)
}

// take subtracts a cost if as much is left. It returns what is left, and the time until the minute ends.
func (m *minute) take(cost, quota int, now time.Time) (left int, wait time.Duration, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !now.Before(m.ends) {
		m.left, m.ends = quota, now.Add(time.Minute)
	}
	if ok = cost <= m.left; ok {
		m.left -= cost
	}
	return m.left, m.ends.Sub(now), ok
}
