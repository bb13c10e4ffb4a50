package mongodb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/engine"
)

// split is a path as a list of names.
func split(path string) []string { return strings.Split(path, ".") }

// indexName is the name that a driver gives an index by default.
func indexName(keys bson.D) string {
	var parts []string
	for _, e := range keys {
		parts = append(parts, fmt.Sprintf("%s_%v", e.Key, e.Value))
	}
	return strings.Join(parts, "_")
}

// indexTimeout bounds the making of a collection's indexes.
const indexTimeout = 6 * time.Hour

// Index implements engine.Table.
func (t *table) Index(ctx context.Context, indexes ...engine.Index) error {
	var have []struct {
		Name string `json:"name"`
	}
	cursor, err := t.Indexes().List(ctx)
	if err == nil {
		err = cursor.All(ctx, &have)
	}
	if err != nil && !isMissingCollection(err) {
		return fmt.Errorf("list the indexes of %s: %w", t.Name(), fail(err))
	}
	there := map[string]bool{}
	for _, index := range have {
		there[index.Name] = true
	}
	var missing []mongo.IndexModel
	for _, index := range indexes {
		if there[indexName(index.Keys)] {
			continue
		}
		o := options.Index()
		if index.Unique {
			o.SetUnique(true)
		}
		if index.Sparse {
			o.SetSparse(true)
		}
		missing = append(missing, mongo.IndexModel{Keys: index.Keys, Options: o})
	}
	if len(missing) == 0 {
		return nil
	}
	// The deadline of an ordinary command would break off the making of an index over many documents, again and again.
	ctx, cancel := context.WithTimeout(ctx, indexTimeout)
	defer cancel()
	if _, err := t.Indexes().CreateMany(ctx, missing); err != nil {
		return fmt.Errorf("make the indexes of %s: %w", t.Name(), fail(err))
	}
	return nil
}
