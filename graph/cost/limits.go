package cost

import "sen/internal/content"

// Limits are the highest cost of an operation, by the role of the actor. The limit of the empty role is for anonymous
// clients, for guests, and for roles that have no limit of their own.
type Limits map[content.Role]int

// For returns the limit for an actor; nil is an anonymous client.
func (l Limits) For(actor *content.Actor) int {
	if actor != nil {
		if limit, ok := l[actor.Role]; ok {
			return limit
		}
	}
	return l[""]
}

// Most returns the highest limit of any role.
func (l Limits) Most() (most int) {
	for _, limit := range l {
		most = max(most, limit)
	}
	return most
}
