// Package mongodb stores documents in a MongoDB server, through the official driver. Only this package, tests and
// benchmarks import the driver.
package mongodb

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"sen/internal/engine"
)

// Options describe how to reach a server.
type Options struct {
	// URI is a MongoDB connection string. Its path is the name of the database; the default is "sen".
	URI string
	// Timeout bounds every command. Zero means 10 s.
	Timeout time.Duration
	// Slow is the duration from which a command is logged. Zero logs none.
	Slow time.Duration
	Log  *slog.Logger
}

// Database is a database of a MongoDB server.
type Database struct {
	engine.Monitor
	client *mongo.Client
	db     *mongo.Database
	// uri is the connection string, for the change stream.
	uri string
	// running are the running commands, by the driver's request id.
	running sync.Map
}

// defaultTimeout bounds a command if the options don't.
const defaultTimeout = 10 * time.Second

// Open returns a database. It connects in the background; [Database.Ready] reports whether that works.
func Open(o Options) (*Database, error) {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Database{Monitor: engine.Monitor{System: semconv.DBSystemNameMongoDB, Slow: o.Slow, Log: o.Log}, uri: o.URI}
	opts := options.Client().ApplyURI(o.URI).
		SetAppName("sen").
		SetTimeout(o.Timeout).
		SetServerSelectionTimeout(3 * time.Second).
		SetConnectTimeout(3 * time.Second).
		SetMaxConnecting(8).
		SetMaxConnIdleTime(5 * time.Minute).
		SetWriteConcern(writeconcern.Majority()).
		SetReadPreference(readpref.Primary()). // a cache would keep outdated content from a secondary as if it were new
		SetMonitor(d.commands()).
		SetBSONOptions(&options.BSONOptions{UseJSONStructTags: true})
	if err := opts.Validate(); err != nil {
		return nil, fmt.Errorf("the MongoDB address is not usable: %w", err)
	}
	client, err := mongo.Connect(opts)
	if err != nil {
		return nil, fmt.Errorf("the MongoDB address is not usable: %w", err)
	}
	d.client, d.db = client, client.Database(databaseName(o.URI))
	return d, nil
}

// databaseName returns the path of a connection string, or "sen".
func databaseName(uri string) string {
	// A list of hosts is not a valid URL host, so only the part after the hosts is parsed.
	_, rest, _ := strings.Cut(uri, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	if name, err := url.PathUnescape(path); err == nil && name != "" {
		return name
	}
	return "sen"
}

// Table implements engine.Engine.
func (d *Database) Table(name string) engine.Table { return &table{d.db.Collection(name)} }

// Tables implements engine.Engine.
func (d *Database) Tables(ctx context.Context, names ...string) (map[string]string, error) {
	filter := bson.D{}
	if len(names) > 0 {
		filter = bson.D{{Key: "name", Value: bson.D{{Key: "$in", Value: names}}}}
	}
	specs, err := d.db.ListCollectionSpecifications(ctx, filter)
	if err != nil {
		return nil, fail(err)
	}
	found := make(map[string]string, len(specs))
	for _, spec := range specs {
		found[spec.Name] = ""
		if spec.UUID != nil { // a view has no UUID
			found[spec.Name] = hex.EncodeToString(spec.UUID.Data)
		}
	}
	return found, nil
}

// Ready implements engine.Engine.
func (d *Database) Ready(ctx context.Context) error { return fail(d.client.Ping(ctx, nil)) }

// Now implements engine.Engine. It returns the time of the primary.
func (d *Database) Now(ctx context.Context) (time.Time, error) {
	var hello struct {
		LocalTime time.Time `json:"localTime"`
	}
	primary := options.RunCmd().SetReadPreference(readpref.Primary())
	err := d.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}, primary).Decode(&hello)
	return hello.LocalTime, fail(err)
}

// Local implements engine.Engine.
func (d *Database) Local() bool { return false }

// Close closes the connections.
func (d *Database) Close(ctx context.Context) error { return d.client.Disconnect(ctx) }
