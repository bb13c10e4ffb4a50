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

// Due lists the entries whose state is scheduled to change at a time or before it, at most a thousand for each of the
// two fields.
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
			c.store.due.note(&at) // the next pass looks for it again
			return nil, err
		}
	}
	return ids, nil
}

// note records a time at which something is due.
func (d *dueTimes) note(at *time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at != nil && at.Before(d.next) {
		d.next = *at
	}
}

// far is later than every due time.
var far = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// MayBeDue reports whether something may be due at a time, so that a search by [Collection.Due] is worth its cost.
// That search, when it is done for all kinds, also finds the next due time.
func (s *Store) MayBeDue(at time.Time) bool {
	s.due.mu.Lock()
	defer s.due.mu.Unlock()
	if s.engine.Local() && s.due.next.After(at) {
		return false
	}
	s.due.next = far
	return true
}
