package storage

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
)

// Previewed is what decides about the previews of an entry.
type Previewed struct {
	State content.State `json:"state"`
	// Previews is the mark of those that are good.
	Previews string `json:"previews"`
	// CreatedBy is nil for what came with an import.
	CreatedBy *content.Person `json:"createdBy"`
}

// Previewed reads what decides about the previews of an entry of any kind. It is false if there is
// none.
func (s *Store) Previewed(ctx context.Context, id content.ID) (*Previewed, bool, error) {
	kind, ok := id.Kind()
	if !ok {
		return nil, false, nil
	}
	fields := bson.D{{Key: "state", Value: 1}, {Key: previewsField, Value: 1}, {Key: "createdBy", Value: 1}}
	return findOne[Previewed](ctx, s.engine.Table(s.collectionName(kind)), engine.ByID(id), fields...)
}

// MarkPreviews sets the mark of the good previews of an entry. It is no change of the entry: its version stays.
func (s *Store) MarkPreviews(ctx context.Context, id content.ID, mark string) error {
	kind, _ := id.Kind()
	return s.write(ctx, s.collectionName(kind), engine.Update(engine.ByID(id), engine.Set(previewsField, mark)))
}
