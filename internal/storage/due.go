package storage

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/bsondoc"
	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/query"
)

// Due lists the entries whose state is to change by itself at a moment or before it, a
// thousand at most for each.
func (c *Collection[T, F]) Due(ctx context.Context, at time.Time) (ids []content.ID, err error) {
	for _, field := range query.DueFields {
		by := bson.D{{Key: field, Value: 1}}
		set := bson.D{{Key: field, Value: bson.D{{Key: "$gt", Value: time.Unix(0, 0).UTC()}}}}
		err := c.table.Find(ctx, engine.Query{Filter: set, Fields: by, Sort: by, Limit: 1000},
			func(doc bson.Raw) error {
				moment, _ := doc.Lookup(field).TimeOK()
				c.store.due.note(&moment)
				if id := bsondoc.ID(doc); !moment.After(at) {
					ids = append(ids, content.ID(id))
				}
				return nil
			})
		if err != nil {
			c.store.due.note(&at) // it is to be looked for again
			return nil, err
		}
	}
	return ids, nil
}

// note takes in a moment at which something is due.
func (d *dueTimes) note(at *time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at != nil && at.Before(d.next) {
		d.next = *at
	}
}

// far is later than anything is due.
var far = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// MayBeDue tells whether something may be due at a moment, so that it is worth to look.
// Looking, by [Collection.Due] for all kinds, tells when the next time is.
func (s *Store) MayBeDue(at time.Time) bool {
	s.due.mu.Lock()
	defer s.due.mu.Unlock()
	if s.engine.Local() && s.due.next.After(at) {
		return false
	}
	s.due.next = far
	return true
}
