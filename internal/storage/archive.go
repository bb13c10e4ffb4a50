package storage

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/engine"
)

// Export reads every document of the site, collection by collection and in the order of their ids, as MongoDB's
// relaxed extended JSON. It leaves out what the store computes itself, sessions and the signing key. It includes
// accounts and tokens only if people is true.
func (s *Store) Export(ctx context.Context, people bool, each func(collection string, document []byte) error) error {
	if _, _, err := s.settleOpen(ctx); err != nil {
		return err
	}
	for _, name := range s.archived(people) {
		err := s.engine.Table(name).Find(ctx, engine.Query{Sort: byID}, func(raw bson.Raw) error {
			var doc bson.D
			if err := bson.Unmarshal(raw, &doc); err != nil {
				return err
			}
			if name == settings && doc[0].Value != siteID {
				return nil
			}
			text, err := bson.MarshalExtJSON(withoutForms(name, doc), false, false)
			if err != nil {
				return err
			}
			return each(name, text)
		})
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}

// withoutForms returns a document of a collection without the parts that [Store.Restore] computes.
func withoutForms(collection string, doc bson.D) bson.D {
	if collection == routes {
		return slices.DeleteFunc(doc,
			func(e bson.E) bool { return e.Key == publicField || e.Key == hiddenField || e.Key == programField })
	}
	for i, field := range doc {
		if copied, ok := field.Value.(bson.D); ok && (field.Key == "live" || field.Key == "draft") {
			doc[i].Value = slices.DeleteFunc(copied, func(e bson.E) bool { return e.Key == "keys" })
		}
	}
	return doc
}
