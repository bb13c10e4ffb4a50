package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// The hand-written changes: the claim of the slug, the revision and the entry are written in one transaction with
// majority write concern. They check only the version. They do not check links, and need no sign-in.

// atomically runs do in a transaction.
func (h *byHand) atomically(ctx context.Context, do func(context.Context) error) error {
	session, err := h.db.Client().StartSession()
	if err != nil {
		return err
	}
	defer session.EndSession(ctx)
	_, err = session.WithTransaction(ctx, func(ctx context.Context) (any, error) { return nil, do(ctx) },
		options.Transaction().SetWriteConcern(writeconcern.Majority()))
	return err
}

// writtenArticle is the answer to a change.
type writtenArticle struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// create makes an article from the fields in the request.
func (h *byHand) create(ctx context.Context, r *http.Request) (any, error) {
	var draft bson.M
	if err := json.NewDecoder(r.Body).Decode(&draft); err != nil {
		return nil, err
	}
	now, id, head := time.Now().UTC(), "article_"+strings.ToLower(rand.Text()), "rev_"+strings.ToLower(rand.Text())
	err := h.atomically(ctx, func(ctx context.Context) error {
		slug, _ := draft["slug"].(string)
		if _, err := h.db.Collection("routes").InsertOne(ctx,
			bson.D{{Key: "_id", Value: "Article:" + slug}, {Key: "entry", Value: id}, {Key: "at", Value: now}}); err != nil {
			return err
		}
		if err := h.revise(ctx, id, head, "CREATE", 1, now, draft); err != nil {
			return err
		}
		_, err := h.db.Collection("articles").InsertOne(ctx, bson.D{
			{Key: "_id", Value: id},
			{Key: "version", Value: 1},
			{Key: "head", Value: head},
			{Key: "state", Value: "DRAFT"},
			{Key: "createdAt", Value: now},
			{Key: "updatedAt", Value: now},
			{Key: "live", Value: nil},
			{Key: "draft", Value: draft},
		})
		return err
	})
	return writtenArticle{id, 1}, err
}

// revise stores the state of an article after a change.
func (h *byHand) revise(ctx context.Context, id, head, action string, version int, at time.Time, draft any) error {
	_, err := h.db.Collection("revisions").InsertOne(ctx, bson.D{
		{Key: "_id", Value: head},
		{Key: "entry", Value: id},
		{Key: "kind", Value: "Article"},
		{Key: "version", Value: version},
		{Key: "at", Value: at},
		{Key: "action", Value: action},
		{Key: "committed", Value: true},
		{Key: "copy", Value: draft},
	})
	return err
}

// step changes an article from the given version to the next one.
func (h *byHand) step(ctx context.Context, id, action string, version int, update any) (any, error) {
	head := "rev_" + strings.ToLower(rand.Text())
	err := h.atomically(ctx, func(ctx context.Context) error {
		var after struct {
			Draft bson.Raw `bson:"draft"`
		}
		is := bson.D{{Key: "_id", Value: id}, {Key: "version", Value: version}}
		o := options.FindOneAndUpdate().SetReturnDocument(options.After).SetProjection(bson.D{{Key: "draft", Value: 1}})
		if err := h.db.Collection("articles").FindOneAndUpdate(ctx, is, update, o).Decode(&after); err != nil {
			return err
		}
		return h.revise(ctx, id, head, action, version+1, time.Now().UTC(), after.Draft)
	})
	return writtenArticle{id, version + 1}, err
}

// update sets the fields in the request.
func (h *byHand) update(ctx context.Context, r *http.Request) (any, error) {
	var sent struct {
		Version int
		Fields  bson.M
	}
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		return nil, err
	}
	set := bson.D{{Key: "version", Value: sent.Version + 1}, {Key: "updatedAt", Value: time.Now().UTC()}}
	for name, value := range sent.Fields {
		set = append(set, bson.E{Key: "draft." + name, Value: value})
	}
	return h.step(ctx, r.PathValue("id"), "UPDATE", sent.Version, bson.D{{Key: "$set", Value: set}})
}

// publish copies the draft of an article to the live copy.
func (h *byHand) publish(ctx context.Context, r *http.Request) (any, error) {
	var sent struct{ Version int }
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	return h.step(ctx, r.PathValue("id"), "PUBLISH", sent.Version, mongo.Pipeline{{{Key: "$set", Value: bson.D{
		{Key: "version", Value: sent.Version + 1},
		{Key: "updatedAt", Value: now},
		{Key: "state", Value: "PUBLISHED"},
		{Key: "live", Value: "$draft"},
	}}}, {{Key: "$set", Value: bson.D{{Key: "live.publishedAt", Value: now}}}}})
}
