package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Mongod is a real MongoDB server on this machine with a folder of its own. It is a member of a replica set, and the
// only one unless [StartReplicaSet] started it.
type Mongod struct {
	process
	// set holds the addresses of all members, including this one.
	set []string
	// cache is the size of the server's cache in GB.
	cache string
}

// mongodStart bounds the time until a new mongod is a working member.
const mongodStart = 60 * time.Second

// ErrNoMongod means that SEN_MONGOD is not set.
var ErrNoMongod = errors.New("SEN_MONGOD names no mongod; `make test` fetches one (scripts/mongod)")

// StartMongod starts the mongod that SEN_MONGOD names, on a free port and in a new folder below dir. It waits until
// the server accepts writes.
func StartMongod(ctx context.Context, dir string) (*Mongod, error) {
	m, err := newMongod(dir, "0.5")
	if err != nil {
		return nil, err
	}
	m.set = []string{m.address()}
	if err := m.Start(ctx); err != nil {
		return nil, errors.Join(err, m.Remove())
	}
	return m, nil
}

// newMongod prepares the port and the folder of a member. It does not start the server.
func newMongod(dir, cache string) (*Mongod, error) {
	binary := os.Getenv("SEN_MONGOD")
	if binary == "" {
		return nil, ErrNoMongod
	}
	p, err := newProcess(binary, dir)
	if err != nil {
		return nil, err
	}
	return &Mongod{process: p, cache: cache}, nil
}

// URI returns the connection string for a database of the server's replica set.
func (m *Mongod) URI(database string) string {
	return fmt.Sprintf("mongodb://%s/%s?replicaSet=test&directConnection=false", strings.Join(m.set, ","), database)
}

// Start starts a stopped server on the same folder and port. It waits until the server is the primary, or, in a set
// of several members, a secondary that has caught up.
func (m *Mongod) Start(ctx context.Context) error {
	if err := m.launch(ctx); err != nil {
		return err
	}
	return m.await(ctx, func(h hello) bool { return h.IsWritablePrimary || len(m.set) > 1 && h.Secondary })
}

// launch starts the process.
func (m *Mongod) launch(ctx context.Context) error {
	return m.process.launch(ctx, "--dbpath", m.dir, "--port", fmt.Sprint(m.port),
		"--bind_ip", "127.0.0.1",
		"--replSet", "test", "--nounixsocket", "--wiredTigerCacheSizeGB", m.cache, "--oplogSize", "128",
		// mongod deletes the files of dropped databases with the next checkpoint, not after five minutes. Each test
		// has its own database, and mongod exits when it can open no more files.
		"--setParameter", "minSnapshotHistoryWindowInSeconds=0", "--syncdelay", "10",
		"--setParameter", "diagnosticDataCollectionEnabled=false", "--quiet")
}

// hello is the answer of a member about its role.
type hello struct {
	IsWritablePrimary bool   `bson:"isWritablePrimary"`
	Secondary         bool   `bson:"secondary"`
	SetName           string `bson:"setName"`
}

// await waits until the role of the server is the wanted one. It initiates the replica set if there is none yet.
func (m *Mongod) await(ctx context.Context, wanted func(hello) bool) error {
	ctx, cancel := context.WithTimeout(ctx, mongodStart)
	defer cancel()
	client, err := mongo.Connect(options.Client().ApplyURI("mongodb://" + m.address() + "/?directConnection=true"))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	admin := client.Database("admin")
	for {
		var h hello
		err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h)
		if err == nil && wanted(h) {
			return nil
		}
		if err == nil && h.SetName == "" {
			// an error says that the set exists already: the loop continues in both cases
			_ = admin.RunCommand(ctx, m.initiate()).Err()
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("mongod on port %d did not reach the wanted role: %w", m.port, ctx.Err()), err,
				m.logged())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// initiate returns the command that initiates the replica set. Heartbeats and elections are short, so that tests get
// a new primary within seconds.
func (m *Mongod) initiate() bson.D {
	var members bson.A
	for i, address := range m.set {
		members = append(members, bson.D{{Key: "_id", Value: i}, {Key: "host", Value: address}})
	}
	return bson.D{{Key: "replSetInitiate", Value: bson.D{
		{Key: "_id", Value: "test"},
		{Key: "members", Value: members},
		{Key: "settings", Value: bson.D{
			{Key: "heartbeatIntervalMillis", Value: 500},
			{Key: "electionTimeoutMillis", Value: 2000},
		}},
	}}}
}
