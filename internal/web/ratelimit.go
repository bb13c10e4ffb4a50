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

// rateLimit bounds what a client asks for in a minute, counted in cost. The minute begins with the client's
// first request, so that what a header tells is exact: how much is left, and when there is more. A nil one
// bounds nothing.
type rateLimit struct {
	quota   int
	now     func() time.Time
	proxies Proxies
	// minutes are those of clients, by who they are: see [rateLimit.minute].
	minutes *cache.Recent
	// policy is the header that tells of it (draft-ietf-httpapi-ratelimit-headers). The draft registers no unit
	// of cost; its name says it.
	policy []string
}

// minute is what a client has left until some time.
type minute struct {
	mu   sync.Mutex
	left int
	ends time.Time
}

// maxClients bounds how many clients are remembered: those that are heard of most.
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

// take takes a cost from what the request's client has left, and tells the client in the header of the answer.
// It refuses a request that asks for more than there is; that one takes nothing.
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
		"Of the cost of %d that you may ask for in a minute %d is left, and this needs %d. Try again in %s s.", l.quota, left, cost, seconds)
}

// minute is that of the request's client: someone who signed in, or else a network. Guests with a preview count as their
// network: many may have one link.
func (l *rateLimit) minute(r *http.Request) *minute {
	who := "network " + auth.Network(l.proxies.client(r))
	if signedIn(r.Context()) {
		who = "actor " + auth.ActorOf(r.Context()).ID
	}
	return l.minutes.Of(who, func() any { return new(minute) }).(*minute)
}

// take takes a cost, if there is as much left. It tells how much is left then, and for how long.
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
