// Package testkit holds what tests share: the two engines, a store with the sample content, golden files. Only tests
// import it.
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
	"sen/internal/storage"
)

// Update makes golden tests write the golden files.
var Update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Engine is one of the storage engines, with a database that no other test uses.
type Engine struct {
	// Name is "embedded" or "mongodb".
	Name string
	// URI is the connection string of the database on a real MongoDB; empty for the embedded engine.
	URI string
	// local is the embedded engine; nil on MongoDB.
	local *embedded.DB
	// direct returns the database for reads and writes of the test itself. All of them share one client: a new one would
	// have to find the server first, which takes long on a busy machine.
	direct func() engine.Engine
}

// Open opens the database as another server would, and closes it at the end of the test. The embedded engine serves
// only one program: each call returns the same database.
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

// Engines runs a test on both engines, each with a fresh database. Without a real MongoDB that half is skipped;
// scripts/test prints a warning at the end.
func Engines(t *testing.T, test func(t *testing.T, e Engine)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { test(t, Embedded(t)) })
	t.Run("mongodb", func(t *testing.T) { test(t, MongoDB(t)) })
}

var databases atomic.Int64

func freshName() string {
	return fmt.Sprintf("test_%d_%d", os.Getpid(), databases.Add(1))
}

// Embedded returns a fresh database of the embedded engine.
func Embedded(t testing.TB) Engine {
	t.Helper()
	recordEngine(t, "embedded")
	return EmbeddedAt(t, t.TempDir())
}

// EmbeddedAt opens the embedded engine on a folder until the end of the test.
func EmbeddedAt(t testing.TB, dir string) Engine {
	t.Helper()
	db, err := embedded.Open(dir, embedded.Options{Log: Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	return Engine{Name: "embedded", local: db, direct: func() engine.Engine { return db }}
}

// mongoDBVariable is the environment variable with the address of a real MongoDB.
const mongoDBVariable = "SEN_TEST_MONGODB_URI"

// MongoDB returns a fresh database of the real MongoDB, which is dropped at the end of the test.
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
	recordEngine(t, "mongodb "+version)
	e := Engine{Name: "mongodb", URI: u.String()}
	e.direct = sync.OnceValue(func() engine.Engine { return e.Open(t) })
	return e
}

// mongoDBVersion returns the version of the real MongoDB.
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

// recordEngine records that an engine was used. scripts/test prints the record in its last line.
func recordEngine(t testing.TB, engine string) {
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

// Store opens a prepared, empty store on an engine. It caches what readers see; on MongoDB only while it follows the
// changes of others ([Follow]).
func Store(t testing.TB, e Engine) *storage.Store {
	t.Helper()
	return open(t, e, storage.Options{EntityBytes: 1 << 24, PageBytes: 1 << 22})
}

// UncachedStore opens a prepared store without caches.
func UncachedStore(t testing.TB, e Engine) *storage.Store {
	t.Helper()
	return open(t, e, storage.Options{})
}

// StoreWithClock opens a prepared store of a program whose clock is ahead by a duration, or behind if it is negative.
func StoreWithClock(t testing.TB, e Engine, ahead time.Duration) *storage.Store {
	t.Helper()
	return open(t, e, storage.Options{Clock: func() time.Time { return time.Now().Add(ahead) }})
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

// Follow makes a store follow the changes of other programs until the end of the test. It returns when the store is
// up to date.
func Follow(t testing.TB, store *storage.Store) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go store.Follow(ctx)
	Eventually(t, "the store follows the changes of others", store.Feed.Current)
}

// Eventually waits until a condition is true.
func Eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for range 1200 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("still not true: %s", what)
}

// Log returns a logger that writes to the output of the test.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
