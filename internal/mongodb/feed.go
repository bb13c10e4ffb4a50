package mongodb

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"sen/internal/engine"
)

// silence is how far the change stream may lag behind before it counts as lost.
const silence = 2 * time.Second

// feedBatch is the greatest number of events in one batch of the change stream.
const feedBatch = 1000

// follow is the pipeline of the change stream. It reads which document changed, and which fields were set, removed or
// shortened.
var follow = mongo.Pipeline{
	{{Key: "$project", Value: bson.D{
		{Key: "operationType", Value: 1},
		{Key: "ns", Value: 1},
		{Key: "documentKey", Value: 1},
		{Key: "fields", Value: bson.D{{Key: "$concatArrays", Value: bson.A{
			bson.D{{Key: "$map", Value: bson.D{
				{
					Key: "input",
					Value: bson.D{{
						Key:   "$objectToArray",
						Value: bson.D{{Key: "$ifNull", Value: bson.A{"$updateDescription.updatedFields", bson.D{}}}},
					}},
				},
				{Key: "in", Value: "$$this.k"},
			}}},
			bson.D{{Key: "$ifNull", Value: bson.A{"$updateDescription.removedFields", bson.A{}}}},
			bson.D{{Key: "$ifNull", Value: bson.A{"$updateDescription.truncatedArrays.field", bson.A{}}}},
		}}}},
	}}},
}

// streamEvent is an event of the change stream.
type streamEvent struct {
	OperationType string `json:"operationType"`
	NS            struct {
		Coll string `json:"coll"`
	} `json:"ns"`
	DocumentKey struct {
		ID any `json:"_id"`
	} `json:"documentKey"`
	Fields []string `json:"fields"`
}

// event converts an event of the change stream.
func (e streamEvent) event() engine.Event {
	id, _ := e.DocumentKey.ID.(string)
	event := engine.Event{Table: e.NS.Coll, ID: id}
	switch e.OperationType {
	case "insert", "replace", "delete":
	case "update":
		event.Fields = append([]string{}, e.Fields...)
	case "create", "createIndexes", "modify", "shardCollection", "reshardCollection", "refineCollectionShardKey":
		event.Fields = []string{}
	default: // a collection, its indexes or the database were removed
		event.Lost = true
	}
	return event
}

// Follow implements engine.Engine with a change stream. After a failure it resumes the stream. If that is not
// possible, it reports that anything may have changed.
func (d *Database) Follow(ctx context.Context, f engine.Follower) {
	stream := &changeStream{Database: d, Follower: f}
	for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 2*time.Second) {
		heard, err := stream.follow(ctx)
		f.CaughtUp(time.Time{})
		if heard {
			wait = 100 * time.Millisecond
		}
		if ctx.Err() != nil {
			return
		}
		if command := (mongo.CommandError{}); errors.As(err, &command) &&
			!command.HasErrorLabel("ResumableChangeStreamError") {
			stream.token = nil // the events in between are lost
		}
		d.Log.WarnContext(ctx, "the change stream is lost; nothing is cached until it is back", "retry", wait, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// changeStream is the state of one follower.
type changeStream struct {
	*Database
	engine.Follower
	// token is the position at which the stream resumes. nil starts a new stream.
	token bson.Raw
}

// follow reads one change stream until it fails, and reports whether it ever caught up.
func (s *changeStream) follow(ctx context.Context) (heard bool, err error) {
	// A stream waits longer than an operation may take, so it has a client of its own.
	client, err := mongo.Connect(options.Client().ApplyURI(s.uri).SetAppName("sen-feed").SetReadPreference(readpref.Primary()).
		SetServerSelectionTimeout(3 * time.Second).SetConnectTimeout(3 * time.Second).
		SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true}))
	if err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = client.Disconnect(closing)
	}()
	opts := options.ChangeStream().SetMaxAwaitTime(silence / 8).SetBatchSize(feedBatch).SetShowExpandedEvents(true)
	if s.token != nil {
		opts.SetResumeAfter(s.token)
	}
	opening, cancel := context.WithTimeout(ctx, 2*silence)
	defer cancel()
	asked := time.Now()
	stream, err := client.Database(s.db.Name()).Watch(opening, follow, opts)
	if err != nil {
		return false, err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = stream.Close(closing)
	}()
	if s.token == nil {
		s.Changed(ctx, engine.Event{Lost: true})
	}
	for told := 0; ; {
		more, err := s.step(ctx, stream)
		if err != nil {
			return heard, err
		}
		if stream.ID() == 0 && stream.RemainingBatchLength() == 0 { // the database was dropped, and perhaps made again
			s.token = nil
			return heard, errStreamEnded
		}
		s.token = stream.ResumeToken()
		if more {
			told++
		}
		if stream.RemainingBatchLength() > 0 {
			continue
		}
		if told < feedBatch { // a batch that is not full contained all events up to its request
			heard = true
			s.CaughtUp(asked)
		}
		told, asked = 0, time.Now()
	}
}

// errStreamEnded means that MongoDB ended the change stream.
var errStreamEnded = errors.New("MongoDB ended the change stream, as it does when the database is dropped")

// step waits for an event for some time, and reports it. It returns whether there was an event.
func (s *changeStream) step(ctx context.Context, stream *mongo.ChangeStream) (bool, error) {
	waiting, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	if !stream.TryNext(waiting) {
		if err := stream.Err(); err != nil {
			return false, err
		}
		return false, waiting.Err()
	}
	var e streamEvent
	if err := stream.Decode(&e); err != nil {
		return false, err
	}
	s.Changed(ctx, e.event())
	return true, nil
}
