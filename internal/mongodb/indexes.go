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

// split splits a path into names.
func split(path string) []string { return strings.Split(path, ".") }

// indexName returns the name that drivers give an index by default.
func indexName(keys bson.D) string {
	var parts []string
	for _, e := range keys {
		parts = append(parts, fmt.Sprintf("%s_%v", e.Key, e.Value))
	}
	return strings.Join(parts, "_")
}

// indexTimeout bounds the creation of a collection's indexes.
const indexTimeout = 6 * time.Hour

// missing lists those of some indexes that do not exist.
func (t *table) missing(ctx context.Context, indexes []engine.Index) (missing []engine.Index, err error) {
	var have []struct {
		Name string `json:"name"`
	}
	cursor, err := t.Indexes().List(ctx)
	if err == nil {
		err = cursor.All(ctx, &have)
	}
	if err != nil && !isMissingCollection(err) {
		return nil, fmt.Errorf("list the indexes of %s: %w", t.Name(), fail(err))
	}
	there := map[string]bool{}
	for _, index := range have {
		there[index.Name] = true
	}
	for _, index := range indexes {
		if !there[indexName(index.Keys)] {
			missing = append(missing, index)
		}
	}
	return missing, nil
}

// Indexed implements engine.Table.
func (t *table) Indexed(ctx context.Context, indexes ...engine.Index) (bool, error) {
	missing, err := t.missing(ctx, indexes)
	return err == nil && len(missing) == 0, err
}

// Index implements engine.Table.
func (t *table) Index(ctx context.Context, indexes ...engine.Index) error {
	missing, err := t.missing(ctx, indexes)
	if err != nil || len(missing) == 0 {
		return err
	}
	var models []mongo.IndexModel
	for _, index := range missing {
		o := options.Index()
		if index.Unique {
			o.SetUnique(true)
		}
		if index.Sparse {
			o.SetSparse(true)
		}
		models = append(models, mongo.IndexModel{Keys: index.Keys, Options: o})
	}
	// The deadline of an ordinary command would interrupt the creation of an index over many documents again and
	// again.
	ctx, cancel := context.WithTimeout(ctx, indexTimeout)
	defer cancel()
	if _, err := t.Indexes().CreateMany(ctx, models); err != nil {
		return fmt.Errorf("make the indexes of %s: %w", t.Name(), fail(err))
	}
	return nil
}
