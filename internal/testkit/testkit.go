// Package testkit has what tests share: the two engines, a store with the sample
// content, golden files. Only tests import it.
package testkit

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"sen/internal/embedded"
	"sen/internal/engine"
	"sen/internal/mongodb"
	"sen/internal/sample"
	"sen/internal/storage"
	"sen/internal/upkeep"
)

// Update tells golden tests to write what they got.
var Update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Engine is one of the engines that content can be kept in, with a database that no other test uses.
type Engine struct {
	// Name is "embedded" or "mongodb".
	Name string
	// URI reaches the database of a real MongoDB; empty on the embedded engine.
	URI string
	// local is the embedded engine; nil on MongoDB.
	local *embedded.DB
}

// Open opens the database as one more server would; it is closed at the test's end. The embedded engine serves one program,
// so that it is the same each time.
func (e Engine) Open(t testing.TB) engine.Engine {
	t.Helper()
	if e.local != nil {
		return e.local
	}
	db, err := mongodb.Open(mongodb.Options{URI: e.URI, Timeout: time.Minute, Log: Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	return db
}

// Engines runs a test on both engines, each with a fresh database. Without a real
// MongoDB its part is skipped; scripts/test says so loudly at its end.
func Engines(t *testing.T, test func(t *testing.T, e Engine)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { test(t, Embedded(t)) })
	t.Run("mongodb", func(t *testing.T) { test(t, MongoDB(t)) })
}

var databases atomic.Int64

func freshName() string {
	return fmt.Sprintf("test_%d_%d", os.Getpid(), databases.Add(1))
}

// Embedded gives a fresh database of the embedded engine.
func Embedded(t testing.TB) Engine {
	t.Helper()
	ran(t, "embedded")
	return Folder(t, t.TempDir())
}

// Folder opens the embedded engine on a folder until the test's end.
func Folder(t testing.TB, dir string) Engine {
	t.Helper()
	db, err := embedded.Open(dir, embedded.Options{Log: Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	return Engine{Name: "embedded", local: db}
}

// mongoDBVariable is the variable with the address of a real MongoDB.
const mongoDBVariable = "SEN_TEST_MONGODB_URI"

// MongoDB gives a fresh database of the real MongoDB, dropped at the test's end.
func MongoDB(t testing.TB) Engine {
	t.Helper()
	uri := os.Getenv(mongoDBVariable)
	if uri == "" {
		t.Skip("no real MongoDB: run `make test`, or set " + mongoDBVariable)
	}
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	name := freshName()
	u.Path = "/" + name
	t.Cleanup(func() {
		client, err := mongo.Connect(options.Client().ApplyURI(uri))
		if err == nil {
			err = client.Database(name).Drop(context.Background())
			_ = client.Disconnect(context.Background())
		}
		if err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	version, err := mongoDBVersion()
	if err != nil {
		t.Fatal(err)
	}
	ran(t, "mongodb "+version)
	return Engine{Name: "mongodb", URI: u.String()}
}

// mongoDBVersion asks the real MongoDB which one it is.
var mongoDBVersion = sync.OnceValues(func() (string, error) {
	ctx := context.Background()
	client, err := mongo.Connect(options.Client().ApplyURI(os.Getenv(mongoDBVariable)))
	if err != nil {
		return "", err
	}
	defer func() { _ = client.Disconnect(ctx) }()
	var info struct {
		Version string `bson:"version"`
	}
	err = client.Database("admin").RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&info)
	return info.Version, err
})

// ran notes that an engine was used, for the last line of scripts/test.
func ran(t testing.TB, engine string) {
	name := os.Getenv("SEN_TEST_ENGINES_FILE")
	if name == "" {
		return
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintln(f, engine)
	if closeErr := f.Close(); err != nil || closeErr != nil {
		t.Fatal(err, closeErr)
	}
}

// Store opens a prepared, empty store on an engine. It keeps in memory what readers are shown, on MongoDB once
// it follows the changes ([Follow]).
func Store(t testing.TB, e Engine) *storage.Store {
	t.Helper()
	return open(t, e, storage.Options{EntityBytes: 1 << 24, PageBytes: 1 << 22})
}

// Forgetful opens a prepared store that keeps nothing in memory.
func Forgetful(t testing.TB, e Engine) *storage.Store {
	t.Helper()
	return open(t, e, storage.Options{})
}

func open(t testing.TB, e Engine, o storage.Options) *storage.Store {
	t.Helper()
	o.Engine, o.Timeout, o.Log = e.Open(t), time.Minute, Log(t)
	store := storage.New(o)
	t.Cleanup(store.Close)
	if err := store.Prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	return store
}

// Follow has a store hear of the changes of others until the test's end, and waits until it does.
func Follow(t testing.TB, store *storage.Store) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go store.Follow(ctx)
	Eventually(t, "the changes of others are heard of", store.Current)
}

// Eventually waits until something is so.
func Eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for range 1200 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it never came to be that %s", what)
}

// SampleStore opens a store with the sample content in it.
func SampleStore(t testing.TB, e Engine) *storage.Store {
	t.Helper()
	store := Store(t, e)
	Sample(t, store)
	return store
}

// AnySample is [SampleStore] for a test that any engine will do for: the real MongoDB where there is one. It gives what
// it keeps in memory.
func AnySample(t testing.TB) *storage.Store {
	t.Helper()
	if os.Getenv(mongoDBVariable) == "" {
		return SampleStore(t, Embedded(t))
	}
	store := SampleStore(t, MongoDB(t))
	Follow(t, store)
	return store
}

// Sample puts the sample content into a store.
func Sample(t testing.TB, store *storage.Store) {
	t.Helper()
	bundle, err := sample.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	if err := upkeep.Import(context.Background(), store, bundle); err != nil {
		t.Fatal(err)
	}
}

// Log writes to the test's own output.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
