package mongodb

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sen/internal/content"
)

// Put adds new entries of the kind in one step for each collection that it touches:
// their first revisions, their slugs' claims, then the entries themselves.
func (c *Collection[T, F]) Put(ctx context.Context, entries []*content.Entry[T]) error {
	if len(entries) == 0 {
		return nil
	}
	var docs, claimed, revised []any
	for _, e := range entries {
		doc, err := c.document(e)
		if err != nil {
			return err
		}
		docs = append(docs, doc)
		shown := e.Live
		if shown == nil {
			shown = e.Draft
		}
		base := any(shown).(content.Content).Common()
		for _, slug := range append([]string{base.Slug}, base.FormerSlugs...) {
			claimed = append(claimed, claim{ID: claimKey{c.kind, slug}.id(), Entry: e.ID, At: e.UpdatedAt})
		}
		revised = append(revised, revision{ID: fmt.Sprintf("%s:%d", e.ID, e.Version), Entry: e.ID, Version: e.Version, Committed: true, At: e.UpdatedAt, Action: "IMPORT", Copy: shown})
	}
	for _, step := range []struct {
		collection string
		docs       []any
	}{{revisions, revised}, {routes, claimed}, {c.name, docs}} {
		if _, err := c.store.db.Collection(step.collection).InsertMany(ctx, step.docs); err != nil {
			return fmt.Errorf("add to %s: %w", step.collection, fail(err))
		}
	}
	return nil
}

// revisions is the collection of what entries were, version by version.
const revisions = "revisions"

// revision is one version of an entry.
type revision struct {
	ID        string     `json:"_id"`
	Entry     content.ID `json:"entry"`
	Version   int        `json:"version"`
	Committed bool       `json:"committed"`
	At        time.Time  `json:"at"`
	Action    string     `json:"action"`
	Copy      any        `json:"copy"`
}

// document is an entry as it is stored: each copy with the store's own forms of its texts.
func (c *Collection[T, F]) document(e *content.Entry[T]) (bson.D, error) {
	live, err := c.copyWithKeys(e.Live)
	if err != nil {
		return nil, err
	}
	draft, err := c.copyWithKeys(e.Draft)
	if err != nil {
		return nil, err
	}
	doc := bson.D{
		{Key: "_id", Value: e.ID},
		{Key: "version", Value: e.Version},
		{Key: "live", Value: live},
		{Key: "draft", Value: draft},
		{Key: "state", Value: e.State},
		{Key: "createdAt", Value: e.CreatedAt},
		{Key: "createdBy", Value: e.CreatedBy},
		{Key: "updatedAt", Value: e.UpdatedAt},
		{Key: "updatedBy", Value: e.UpdatedBy},
		{Key: "publishAt", Value: e.PublishAt},
		{Key: "unpublishAt", Value: e.UnpublishAt},
		{Key: "trashedAt", Value: e.TrashedAt},
	}
	return doc, nil
}

func (c *Collection[T, F]) copyWithKeys(copied *T) (any, error) {
	if copied == nil {
		return nil, nil
	}
	raw, err := encode(copied)
	if err != nil {
		return nil, fmt.Errorf("encode an entry of %s: %w", c.name, err)
	}
	return append(raw, bson.E{Key: "keys", Value: c.textKeys(copied, c.store.Site().Languages)}), nil
}

// encode is a value as the store writes it, ready to be added to.
func encode(v any) (bson.D, error) {
	var buf bytes.Buffer
	enc := bson.NewEncoder(bson.NewDocumentWriter(&buf))
	enc.UseJSONStructTags()
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	var doc bson.D
	return doc, bson.Unmarshal(buf.Bytes(), &doc)
}
