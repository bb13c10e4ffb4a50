// Package storage keeps content: it turns entries, lists and filters into documents and queries of an engine. Whoever
// stands above it sees content, never BSON.
package storage

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"sen/internal/content"
	"sen/internal/engine"
	"sen/internal/storage/batch"
	"sen/internal/storage/feed"
	"sen/internal/storage/files"
	"sen/internal/storage/guard"
	"sen/internal/storage/lease"
)

// Options say how a store works.
type Options struct {
	// Engine keeps the documents.
	Engine engine.Engine
	// Timeout bounds what is done after a request was broken off; zero is 10 s.
	Timeout time.Duration
	// EntityBytes and PageBytes bound what readers' entries and pages take in memory; zero keeps none.
	EntityBytes, PageBytes uint64
	Log                    *slog.Logger
	// Clock tells this machine's time; nil is its clock. The store's is [Store.Now].
	Clock func() time.Time
}

// Store is a database of content.
type Store struct {
	// byKind has the collections of entries: Articles and the others.
	byKind
	// Revisions are the accepted changes of all entries: their history, and the audit log.
	Revisions *Collection[*content.Revision, *content.RevisionFilter]

	// collections are all of them.
	collections []collection
	// engine is guard, as all use it but who looks whether something is wrong. Shown is engine for what readers are
	// shown.
	engine, shown engine.Engine
	guard         *guard.Engine
	// program is this run of the program: it tells its claims and holds from those of others.
	program string
	watch   watch
	clock   *lease.Clock
	log     *slog.Logger
	// timeout bounds an operation.
	timeout time.Duration
	site    atomic.Pointer[content.Site]
	// hints tells that queries name indexes: the engine is a server, and they exist.
	hints atomic.Bool
	due   dueTimes
	// Feed tells of changes. Its journal knows what changed, and memory keeps what did not.
	Feed   *feed.Feed
	memory memory
	// reads combines the reads of requests.
	reads batch.Reads
	// rekeying is how many times the keys of texts are being worked out anew.
	rekeying atomic.Int32
	// ready tells that the indexes stand and the settings were read; unready is why the last attempt failed.
	ready      atomic.Bool
	unready    atomic.Pointer[error]
	background background
	// media and sizes are the buckets of files.
	media, sizes *files.Bucket
	// Holds are those of files that are being taken in.
	Holds *lease.Holds
}

// Now is the store's time: what programs compare goes by it.
func (s *Store) Now() time.Time { return s.clock.Now() }

// Skew is how far the store's clock is ahead of this program's, as it was measured last; 0 on a local engine.
func (s *Store) Skew() time.Duration { return s.clock.Skew() }

// OnCommand has a function told of every command that the engine answers: its name, how long it took,
// and whether it failed.
func (s *Store) OnCommand(told func(command string, took time.Duration, failed bool)) {
	s.engine.OnCommand(told)
}

// background is work that outlasts the request that began it, and ends with the store.
type background struct {
	work  sync.WaitGroup
	ended context.Context
	end   context.CancelFunc
}

// Go does some work in the background, with what is in a request's context. [Store.Close] ends it and waits for it.
func (s *Store) Go(ctx context.Context, work func(context.Context)) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(s.background.ended, cancel)
	s.background.work.Go(func() {
		defer cancel()
		defer stop()
		work(ctx)
	})
}

// dueTimes remembers when something may be due next. On the embedded engine all writes
// pass through this process, so that nobody needs to look before.
type dueTimes struct {
	mu   sync.Mutex
	next time.Time // the zero time: look at once
}

// watch is what a program knows of the store that it serves.
type watch struct {
	// identity is the store's; nil until it was prepared.
	identity atomic.Pointer[string]
	// tables tells each table that lasts from any other one that may take its place, by its name.
	tables sync.Map
	// look has the indexes looked at soon.
	look chan struct{}
}
