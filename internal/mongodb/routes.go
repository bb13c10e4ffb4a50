package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
)

// routes is the collection of claimed slugs. Its `_id` is the kind and the slug,
// which makes slugs unique on every engine and keeps former ones answering.
const routes = "routes"

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
}

// claims finds whose some slugs are. What nobody claimed is not in the answer.
func (s *Store) claims(ctx context.Context, keys []claimKey) (map[claimKey]content.ID, error) {
	ids := make([]string, len(keys))
	byID := make(map[string]claimKey, len(keys))
	for i, k := range keys {
		ids[i] = k.id()
		byID[ids[i]] = k
	}
	cursor, err := s.db.Collection(routes).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find().SetBatchSize(int32(len(ids)+1)))
	if err != nil {
		return nil, fail(err)
	}
	var docs []claim
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, fail(err)
	}
	found := make(map[claimKey]content.ID, len(docs))
	for _, d := range docs {
		found[byID[d.ID]] = d.Entry
	}
	return found, nil
}
