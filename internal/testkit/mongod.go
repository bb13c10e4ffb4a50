package testkit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Mongod is a real MongoDB on this machine: a replica set of one member, in a
// folder of its own.
type Mongod struct {
	binary, dir string
	port        int
	cmd         *exec.Cmd
}

// mongodStart is how long a mongod may take to become primary.
const mongodStart = 60 * time.Second

// ErrNoMongod tells that no mongod was named by SEN_MONGOD.
var ErrNoMongod = errors.New("SEN_MONGOD names no mongod; `make test` fetches one (scripts/mongod)")

// StartMongod starts the mongod that SEN_MONGOD names, on a free port, in a new
// folder below dir, and waits until it takes writes.
func StartMongod(ctx context.Context, dir string) (*Mongod, error) {
	binary := os.Getenv("SEN_MONGOD")
	if binary == "" {
		return nil, ErrNoMongod
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	m := &Mongod{binary: binary, port: port}
	if m.dir, err = os.MkdirTemp(dir, "mongod"); err != nil {
		return nil, err
	}
	if err := m.Start(ctx); err != nil {
		return nil, errors.Join(err, m.Remove())
	}
	return m, nil
}

func freePort() (int, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// URI is how a driver reaches a database of the server.
func (m *Mongod) URI(database string) string {
	return fmt.Sprintf("mongodb://127.0.0.1:%d/%s?replicaSet=test&directConnection=false", m.port, database)
}

// Start starts a stopped server on its old folder and port.
func (m *Mongod) Start(ctx context.Context) error {
	log, err := os.Create(filepath.Join(m.dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	m.cmd = exec.CommandContext(context.WithoutCancel(ctx), m.binary, "--dbpath", m.dir, "--port", fmt.Sprint(m.port), "--bind_ip", "127.0.0.1",
		"--replSet", "test", "--nounixsocket", "--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "128",
		"--setParameter", "diagnosticDataCollectionEnabled=false", "--quiet")
	m.cmd.Stdout, m.cmd.Stderr = log, log
	if err := m.cmd.Start(); err != nil {
		return fmt.Errorf("start mongod: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, mongodStart)
	defer cancel()
	if err := m.elect(ctx); err != nil {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("mongod did not become primary: %w\n%s", err, text[max(0, len(text)-2000):])
	}
	return nil
}

// elect makes the server a replica set, if it is none yet, and waits for its primary.
func (m *Mongod) elect(ctx context.Context) error {
	client, err := mongo.Connect(options.Client().ApplyURI(fmt.Sprintf("mongodb://127.0.0.1:%d/?directConnection=true", m.port)))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	admin := client.Database("admin")
	member := bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: fmt.Sprintf("127.0.0.1:%d", m.port)}}
	for {
		var hello struct {
			IsWritablePrimary bool   `bson:"isWritablePrimary"`
			SetName           string `bson:"setName"`
		}
		err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
		if err == nil && hello.IsWritablePrimary {
			return nil
		}
		if err == nil && hello.SetName == "" {
			_ = admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{
				{Key: "_id", Value: "test"}, {Key: "members", Value: bson.A{member}},
			}}}).Err() // once it was initiated it says so; the loop goes on either way
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Stop ends the server as an operator would; its folder stays.
func (m *Mongod) Stop() error { return m.end(syscall.SIGTERM) }

// Kill ends the server at once, as a crash would; its folder stays.
func (m *Mongod) Kill() error { return m.end(syscall.SIGKILL) }

func (m *Mongod) end(signal syscall.Signal) error {
	if m.cmd == nil {
		return nil
	}
	err := m.cmd.Process.Signal(signal)
	_ = m.cmd.Wait() // that it was ended by a signal is what was asked for
	m.cmd = nil
	return err
}

// Remove ends the server and deletes its folder.
func (m *Mongod) Remove() error { return errors.Join(m.Kill(), os.RemoveAll(m.dir)) }
