package testkit_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"sen/internal/testkit"
)

// connect returns the collection "entries" of the database that the address names.
func connect(t *testing.T, uri string) *mongo.Collection {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetTimeout(30 * time.Second).
		SetWriteConcern(writeconcern.Majority()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	name, _, _ := strings.Cut(uri[strings.LastIndex(uri, "/")+1:], "?")
	return client.Database(name).Collection("entries")
}

func insert(t *testing.T, c *mongo.Collection, id string) {
	t.Helper()
	if _, err := c.InsertOne(t.Context(), bson.D{{Key: "_id", Value: id}}); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, c *mongo.Collection, want int64) {
	t.Helper()
	n, err := c.CountDocuments(t.Context(), bson.D{})
	if err != nil || n != want {
		t.Fatalf("%d entries, not %d: %v", n, want, err)
	}
}

// TestMongodRestart stops and kills a server, and checks that the same client finds its data at the same address
// after a restart.
func TestMongodRestart(t *testing.T) {
	m, err := testkit.StartMongod(t.Context(), t.TempDir())
	if errors.Is(err, testkit.ErrNoMongod) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Remove() })
	entries := connect(t, m.URI("testkit"))
	insert(t, entries, "first")
	for _, end := range []func() error{m.Stop, m.Kill} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		down, cancel := context.WithTimeout(t.Context(), time.Second)
		if err := entries.FindOne(down, bson.D{}).Err(); err == nil {
			t.Error("a stopped server answers")
		}
		cancel()
		if err := m.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		count(t, entries, 1)
	}
}

// TestReplicaSet kills the primary of three members, and checks that another one takes over and that the killed one
// can return.
func TestReplicaSet(t *testing.T) {
	s, err := testkit.StartReplicaSet(t.Context(), t.TempDir(), 3)
	if errors.Is(err, testkit.ErrNoMongod) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Remove() })
	entries := connect(t, s.URI("testkit"))
	insert(t, entries, "before")
	first, err := s.Primary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Kill(); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	second, err := s.Primary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if second == first {
		t.Error("the killed member is the primary")
	}
	t.Logf("another primary after %v", time.Since(started))
	insert(t, entries, "after")
	count(t, entries, 2)
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestWithMongod runs a command with a server, and checks that its exit status is passed on and that no files are
// left.
func TestWithMongod(t *testing.T) {
	if os.Getenv("SEN_MONGOD") == "" {
		t.Skip(testkit.ErrNoMongod)
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "withmongod")
	if out, err := exec.Command("go", "build", "-o", binary, "./withmongod").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	folders := t.TempDir()
	cmd := exec.Command(binary, "--", "sh", "-c", `test -n "$SEN_TEST_MONGODB_URI" && exit 7`)
	cmd.Env = append(os.Environ(), "TMPDIR="+folders, "SEN_TEST_MONGOD_FOLDER="+folders, "SEN_TEST_MONGODB_URI=")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("it ended with %v, not with the command's status 7\n%s", err, out)
	}
	left, err := os.ReadDir(folders)
	if err != nil || len(left) > 0 {
		t.Errorf("it leaves %v behind: %v", left, err)
	}
}
