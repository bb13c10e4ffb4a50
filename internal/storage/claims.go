package storage

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// claimKey names a slug of a kind.
type claimKey struct {
	kind content.Kind
	slug string
}

func (k claimKey) id() string { return string(k.kind) + ":" + k.slug }

// claim is a slug that belongs to an entry, now or formerly.
type claim struct {
	ID    string     `json:"_id"`
	Entry content.ID `json:"entry"`
	At    time.Time  `json:"at"`
	// By is the revision of the write that took it, or gives it up.
	By string `json:"by,omitempty"`
	// Program is the run of the program that took it.
	Program string `json:"program,omitempty"`
	// Open tells that the write that claims it may come to nothing: see [Store.Sweep].
	Open bool `json:"open,omitempty"`
	// Public tells that readers see the entry with the slug. It is set behind what made it so and taken back before
	// what ends it, so that one which is missing tells nothing, and none tells of what readers can't see.
	Public bool `json:"public,omitempty"`
	// Hidden is the last version of the entry that took Public back; none before it may set it any more.
	Hidden int `json:"hidden,omitempty"`
}

// same is the filter for a claim that nobody has changed since it was read.
func (c claim) same() bson.D {
	filter := bson.D{{Key: "_id", Value: c.ID}, {Key: "entry", Value: c.Entry}, {Key: "at", Value: c.At}}
	if c.By != "" {
		filter = append(filter, bson.E{Key: "by", Value: c.By})
	}
	return filter
}

// addressed is the key in memory of a slug as it leads readers to an entry, filtering that of one in a filter.
func (k claimKey) addressed() string { return "address " + k.id() }

func (k claimKey) filtering() string { return "filter " + k.id() }
