package mongodb

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"

	"sen/internal/cache"
	"sen/internal/content"
)

// Change tells that readers see something else of an entry now. The zero change tells
// that this may be so of any.
type Change struct {
	Kind content.Kind
	ID   content.ID
}

// Tags are what changed: the entry, and whatever is made from several of its kind; none where anything may have.
func (c Change) Tags() []cache.Tag {
	if c.ID == "" {
		return nil
	}
	return []cache.Tag{cache.Entry(c.ID), cache.Kind(c.Kind)}
}

// feed tells of changes, of this program's at once and of others' by a change stream.
type feed struct {
	mu        sync.RWMutex
	listeners []func([]Change)
	// beat is a moment, in Unix nanoseconds: of all changes before it was told; 0 while the change stream is lost.
	beat atomic.Int64
}

// OnChange has a function told of every change from now on. It must not block.
func (s *Store) OnChange(listener func([]Change)) {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.listeners = append(s.feed.listeners, listener)
}

// Journal knows when what readers see changed last.
func (s *Store) Journal() *cache.Journal { return s.journal }

// changed notes changes, and tells of them.
func (s *Store) changed(changes ...Change) {
	for _, change := range changes {
		if tags := change.Tags(); tags != nil {
			s.journal.Change(tags...)
		} else {
			s.journal.ChangeAll()
		}
	}
	s.feed.mu.RLock()
	defer s.feed.mu.RUnlock()
	for _, listener := range s.feed.listeners {
		listener(changes)
	}
}

// silence is how far the change stream may lag behind before it counts as lost.
const silence = 2 * time.Second

// Current tells whether every change is being told of: on the embedded engine always, since all writes
// pass through this program; else while the change stream keeps up.
func (s *Store) Current() bool { return s.embedded.Load() || s.FeedLag() < silence }

// FeedLag is how far the change stream lags behind: of all changes before that the listeners were told.
func (s *Store) FeedLag() time.Duration {
	if s.embedded.Load() {
		return 0
	}
	return time.Since(time.Unix(0, s.feed.beat.Load()))
}

// feedBatch is how many events the change stream is asked for at once, at most.
const feedBatch = 1000

// follow is what the change stream is asked for: whose entry it is, and which fields were set, removed or shortened.
var follow = mongo.Pipeline{
	{{Key: "$project", Value: bson.D{
		{Key: "operationType", Value: 1},
		{Key: "ns", Value: 1},
		{Key: "documentKey", Value: 1},
		{Key: "fields", Value: bson.D{{Key: "$concatArrays", Value: bson.A{
			bson.D{{Key: "$map", Value: bson.D{
				{Key: "input", Value: bson.D{{Key: "$objectToArray", Value: bson.D{{Key: "$ifNull", Value: bson.A{"$updateDescription.updatedFields", bson.D{}}}}}}},
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

// Follow tells of the changes that other programs make, until the context ends. After a failure it
// goes on where it was; where that is not possible, it tells that anything may have changed.
func (s *Store) Follow(ctx context.Context) {
	if s.embedded.Load() {
		return
	}
	var token bson.Raw
	for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 2*time.Second) {
		heard, err := s.follow(ctx, &token)
		s.feed.beat.Store(0)
		if heard {
			wait = 100 * time.Millisecond
		}
		if ctx.Err() != nil {
			return
		}
		if command := (mongo.CommandError{}); errors.As(err, &command) && !command.HasErrorLabel("ResumableChangeStreamError") {
			token = nil // what came in between can't be told any more
		}
		s.log.WarnContext(ctx, "the change stream is lost; nothing is cached until it is back", "retry", wait, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// follow reads one change stream until it fails, and tells whether it ever caught up.
func (s *Store) follow(ctx context.Context, token *bson.Raw) (heard bool, err error) {
	// A stream waits longer than an operation may take: it has a client of its own.
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
	opts := options.ChangeStream().SetMaxAwaitTime(silence / 8).SetBatchSize(feedBatch)
	if *token != nil {
		opts.SetResumeAfter(*token)
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
	if *token == nil {
		s.changed(Change{})
	}
	for told := 0; ; {
		more, err := s.step(ctx, stream)
		if err != nil {
			return heard, err
		}
		if stream.ID() == 0 && stream.RemainingBatchLength() == 0 { // the database was dropped, and maybe made anew
			*token = nil
			return heard, errStreamEnded
		}
		*token = stream.ResumeToken()
		if more {
			told++
		}
		if stream.RemainingBatchLength() > 0 {
			continue
		}
		if told < feedBatch { // a batch that is not full has all that there was when it was asked for
			heard = true
			s.feed.beat.Store(asked.UnixNano())
		}
		told, asked = 0, time.Now()
	}
}

// errStreamEnded tells that MongoDB ended a change stream by itself.
var errStreamEnded = errors.New("MongoDB ended the change stream, as it does when the database is dropped")

// step waits for an event for a while, and tells of it.
func (s *Store) step(ctx context.Context, stream *mongo.ChangeStream) (bool, error) {
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
	if changes := s.changes(ctx, e); changes != nil {
		s.changed(changes...)
	}
	return true, nil
}

// changes are what an event changes for readers.
func (s *Store) changes(ctx context.Context, e streamEvent) []Change {
	switch e.OperationType {
	case "insert", "replace", "update", "delete":
	default: // a collection or the database went
		return []Change{{}}
	}
	if e.NS.Coll == settings {
		if err := s.ReadSite(ctx); err != nil {
			s.log.WarnContext(ctx, "the site's settings could not be read anew", "err", err)
		}
		return []Change{{}}
	}
	if e.OperationType == "update" && !touchesLive(e.Fields) {
		return nil
	}
	id, _ := e.DocumentKey.ID.(string)
	for _, c := range s.collections() {
		if c.collectionName() == e.NS.Coll && c.Kind() != s.Revisions.Kind() {
			return []Change{{c.Kind(), content.ID(id)}}
		}
	}
	return nil
}

// touchesLive tells whether an update changes something that readers see.
func touchesLive(fields []string) bool {
	for _, field := range fields {
		if field == "live" || strings.HasPrefix(field, live) {
			return true
		}
	}
	return false
}
