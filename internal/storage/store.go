// Package storage stores content: it turns entries, lists and filters into documents and queries of an engine. The
// packages above it use content and never BSON.
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

// Options configure a store.
type Options struct {
	// Engine stores the documents.
	Engine engine.Engine
	// Timeout bounds the work that is done after a request was cancelled. Zero means 10 s.
	Timeout time.Duration
	// EntityBytes and PageBytes bound the memory of the caches of entries and of pages, in bytes. Zero disables a
	// cache.
	EntityBytes, PageBytes uint64
	Log                    *slog.Logger
	// Clock returns this machine's time; nil means the system clock. The store's time is [Store.Now].
	Clock func() time.Time
}

// Store is a database of content.
type Store struct {
	// byKind has the collections of entries: Articles and the others.
	byKind
	// Revisions are the committed changes of all entries: their history and the audit log.
	Revisions *Collection[*content.Revision, *content.RevisionFilter]

	// collections are the collections of entries and of revisions.
	collections []collection
	// engine is the guard as an interface; only the checks of the store's state bypass it. shown is the engine for
	// reads whose results readers see.
	engine, shown engine.Engine
	guard         *guard.Engine
	// program is the id of this run of the program. It distinguishes its claims and leases from those of other
	// programs.
	program string
	watch   watch
	clock   *lease.Clock
	log     *slog.Logger
	// timeout bounds an operation.
	timeout time.Duration
	site    atomic.Pointer[content.Site]
	// hints means that queries name indexes: the engine is a server, and the indexes exist.
	hints atomic.Bool
	due   dueTimes
	// Feed reports changes. Its journal invalidates the caches in memory.
	Feed   *feed.Feed
	memory memory
	// matcher finds the entries of searches.
	matcher Matcher
	// reads batches the reads of requests.
	reads batch.Reads
	// rekeying is the number of running computations of the keys of texts.
	rekeying atomic.Int32
	// ready means that the indexes exist and the settings were read. unready is why the last attempt failed.
	ready      atomic.Bool
	unready    atomic.Pointer[error]
	background background
	// media and sizes are the buckets of files.
	media, sizes *files.Bucket
	// Holds are the leases on files that are being stored.
	Holds *lease.Holds
}

// Now returns the store's time, which all times use that several programs compare.
func (s *Store) Now() time.Time { return s.clock.Now() }

// Skew returns how far the store's clock was ahead of this program's at the last measurement. It is 0 on a local
// engine.
func (s *Store) Skew() time.Duration { return s.clock.Skew() }

// OnCommand registers a function that is called after every command of the engine, with the command's name, its
// duration, and whether it failed.
func (s *Store) OnCommand(told func(command string, took time.Duration, failed bool)) {
	s.engine.OnCommand(told)
}

// background is work that outlasts the request that started it, and ends with the store.
type background struct {
	work  sync.WaitGroup
	ended context.Context
	end   context.CancelFunc
}

// Go runs work in the background, with the values of a request's context. [Store.Close] cancels it and waits for it.
func (s *Store) Go(ctx context.Context, work func(context.Context)) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(s.background.ended, cancel) //nolint:contextcheck // it ends with the store, too
	s.background.work.Go(func() {
		defer cancel()
		defer stop()
		work(ctx)
	})
}

// dueTimes remembers when something may be due next. On the embedded engine all writes pass through this process, so
// no search is needed before that time.
type dueTimes struct {
	mu   sync.Mutex
	next time.Time // zero means that a search is needed now
}

// watch is what a program remembers of the store that it serves, to notice when it is replaced.
type watch struct {
	// identity is the store's identity. It is nil until the store is prepared.
	identity atomic.Pointer[string]
	// tables maps the name of each lasting table to its id, which another table with the same name would not have.
	tables sync.Map
	// look requests a check of the indexes.
	look chan struct{}
}
