package storage

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
	"sen/internal/engine"
)

// Previewed holds the fields of an entry that decide about its previews.
type Previewed struct {
	State content.State `json:"state"`
	// Previews is the mark of the valid previews.
	Previews string `json:"previews"`
	// CreatedBy is nil for an entry that was imported.
	CreatedBy *content.Person `json:"createdBy"`
}

// Previewed reads the fields that decide about the previews of an entry of any kind. It returns false if there is no
// such entry.
func (s *Store) Previewed(ctx context.Context, id content.ID) (*Previewed, bool, error) {
	kind, ok := id.Kind()
	if !ok {
		return nil, false, nil
	}
	fields := bson.D{{Key: "state", Value: 1}, {Key: previewsField, Value: 1}, {Key: "createdBy", Value: 1}}
	return findOne[Previewed](ctx, s.engine.Table(s.collectionName(kind)), engine.ByID(id), fields...)
}

// MarkPreviews sets the mark of the valid previews of an entry. The entry keeps its version.
func (s *Store) MarkPreviews(ctx context.Context, id content.ID, mark string) error {
	kind, _ := id.Kind()
	return s.write(ctx, s.collectionName(kind), engine.Update(engine.ByID(id), engine.Set(previewsField, mark)))
}
