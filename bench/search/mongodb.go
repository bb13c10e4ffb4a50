package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/content"
	"sen/internal/richtext"
	"sen/internal/testkit"
)

// textSearch asks MongoDB's $text the same questions over the same texts, with weights for title and lead, and without
// stemming, since it has no Vietnamese.
func (r *report) textSearch(ctx context.Context, dir string, all []*content.Article, questions []question) error {
	server, err := testkit.StartMongod(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { _ = server.Remove() }()
	client, err := mongo.Connect(options.Client().ApplyURI(server.URI("text")))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(ctx) }()
	table := client.Database("text").Collection("articles")
	_, err = table.Indexes().CreateOne(ctx, mongo.IndexModel{
		Keys: bson.D{{Key: "title", Value: "text"}, {Key: "lead", Value: "text"}, {Key: "body", Value: "text"}},
		Options: options.Index().SetDefaultLanguage("none").
			SetWeights(bson.D{{Key: "title", Value: 10}, {Key: "lead", Value: 3}, {Key: "body", Value: 1}}),
	})
	if err != nil {
		return err
	}
	if err := insert(ctx, table, all); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "asking MongoDB's $text")
	ranks, times := make([]int, len(questions)), make([]time.Duration, len(questions))
	for i, q := range questions {
		began := time.Now()
		cursor, err := table.Find(ctx, bson.D{{Key: "$text", Value: bson.D{{Key: "$search", Value: q.text}}}},
			options.Find().SetLimit(10).SetProjection(bson.D{{Key: "_id", Value: 1}}).
				SetSort(bson.D{{Key: "score", Value: bson.D{{Key: "$meta", Value: "textScore"}}}}))
		var found []struct {
			ID content.ID `bson:"_id"`
		}
		if err == nil {
			err = cursor.All(ctx, &found)
		}
		if err != nil {
			return err
		}
		times[i] = time.Since(began)
		for k, hit := range found {
			if hit.ID == q.right {
				ranks[i] = k + 1
			}
		}
	}
	r.ranking("MongoDB's $text", questions, ranks)
	slices.Sort(times)
	r.row("MongoDB's $text: time of a query, p50, ms", ms(times[len(times)/2]))
	r.row("MongoDB's $text: time of a query, p95, ms", ms(times[len(times)*95/100]))
	return nil
}

// insert puts the texts of articles into a collection.
func insert(ctx context.Context, table *mongo.Collection, all []*content.Article) error {
	for some := range slices.Chunk(all, 1000) {
		var docs []any
		for _, a := range some {
			docs = append(docs, bson.D{
				{Key: "_id", Value: a.ID},
				{Key: "title", Value: a.Title["vi"]},
				{Key: "lead", Value: a.Lead["vi"]},
				{Key: "body", Value: richtext.Text(a.Body["vi"])},
			})
		}
		if _, err := table.InsertMany(ctx, docs); err != nil {
			return err
		}
	}
	return nil
}
