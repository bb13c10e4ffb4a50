package cost

import "sen/internal/content"

// Limits are the most that an operation may cost, by the role of who asks. The limit of no role is for
// strangers and guests, and for roles that are not named.
type Limits map[content.Role]int

// For is the limit for who asks; nil is a stranger.
func (l Limits) For(actor *content.Actor) int {
	if actor != nil {
		if limit, ok := l[actor.Role]; ok {
			return limit
		}
	}
	return l[""]
}

// Most is the highest limit of any role.
func (l Limits) Most() (most int) {
	for _, limit := range l {
		most = max(most, limit)
	}
	return most
}
