package storage

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// claimKey identifies a slug of a kind.
type claimKey struct {
	kind content.Kind
	slug string
}

func (k claimKey) id() string { return string(k.kind) + ":" + k.slug }

// claim is the document of a slug that is, or was, the slug of an entry.
type claim struct {
	ID    string     `json:"_id"`
	Entry content.ID `json:"entry"`
	At    time.Time  `json:"at"`
	// By is the revision of the write that takes the slug, or gives it up.
	By string `json:"by,omitempty"`
	// Program is the id of the run of the program that took the slug.
	Program string `json:"program,omitempty"`
	// Open means that the write that claims the slug may still fail: see [Store.Sweep].
	Open bool `json:"open,omitempty"`
	// Public means that readers see the entry with the slug. It is set after the write that shows the entry, and
	// cleared before the write that hides it. So a missing Public proves nothing, but a set Public never reveals an
	// entry that readers can't see.
	Public bool `json:"public,omitempty"`
	// Hidden is the last version of the entry that cleared Public. A write of an earlier version must not set Public
	// any more.
	Hidden int `json:"hidden,omitempty"`
}

// same returns the filter for the claim if nobody has changed it since it was read.
func (c claim) same() bson.D {
	filter := bson.D{{Key: "_id", Value: c.ID}, {Key: "entry", Value: c.Entry}, {Key: "at", Value: c.At}}
	if c.By != "" {
		filter = append(filter, bson.E{Key: "by", Value: c.By})
	}
	return filter
}

// addressed returns the cache key of a slug in an address. The key of a slug in a filter is a different one.
func (k claimKey) addressed() string { return "address " + k.id() }

// filtering returns the cache key of a slug in a filter.
func (k claimKey) filtering() string { return "filter " + k.id() }
