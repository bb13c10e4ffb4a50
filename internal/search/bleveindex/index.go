// Package bleveindex is a search engine in a folder, on bleve's index (scorch). It uses bleve's storage, and not its
// analysis, queries, scoring and collecting: tokens and scores are those of package search (docs/adr/0021-search.md).
package bleveindex

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"

	"sen/internal/content"
	"sen/internal/folder"
	"sen/internal/search"
)

// Index is a [search.Engine] in a folder. It is safe for concurrent use.
type Index struct {
	dir   string
	log   *slog.Logger
	queue *index.AnalysisQueue

	// lock is the file that is locked while the folder is used.
	lock *os.File
	mu   sync.RWMutex
	// stages has an index for each stage.
	stages map[search.Stage]*stage
	closed bool
}

var _ search.Engine = (*Index)(nil)

// stage is the index of one stage.
type stage struct {
	index.Index
	// writing is locked while changes are written.
	writing sync.Mutex
	// versions has the versions of the documents that this program wrote or removed.
	versions map[content.ID]int64
	times    times
}

// stages lists the stages, whose names are those of their folders.
var stages = []search.Stage{search.Published, search.Drafts}

// Open opens the index in a folder; it makes the folder if there is none. An index that is damaged is removed and made
// again, empty: all of it can be made from the store. Only one program can use a folder.
func Open(dir string, log *slog.Logger) (*Index, error) {
	x := &Index{
		dir: dir, log: log, queue: index.NewAnalysisQueue(runtime.GOMAXPROCS(0)), stages: map[search.Stage]*stage{},
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the search index: %w", err)
	}
	var err error
	if x.lock, err = folder.Lock(dir); err != nil {
		x.queue.Close()
		if errors.Is(err, folder.ErrInUse) {
			return nil, fmt.Errorf("another program uses the search index in %s; end it, or name another folder with --search-dir",
				dir)
		}
		return nil, fmt.Errorf("lock the search index: %w", err)
	}
	for _, name := range stages {
		s, err := x.open(name)
		if err != nil {
			return nil, errors.Join(err, x.Close())
		}
		x.stages[name] = s
	}
	return x, nil
}

// open opens the index of a stage, or makes it again if it is damaged.
func (x *Index) open(name search.Stage) (*stage, error) {
	dir := filepath.Join(x.dir, string(name))
	opened, err := x.try(dir)
	if err == nil {
		return opened, nil
	}
	x.log.Warn("the search index is damaged and is made again", "folder", dir, "err", err)
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("remove the damaged search index: %w", err)
	}
	return x.try(dir)
}

// try opens the index in a folder.
func (x *Index) try(dir string) (opened *stage, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	if err := verify(dir); err != nil {
		return nil, err
	}
	made, err := scorch.NewScorch(scorch.Name, map[string]any{
		"path": dir, "create_if_missing": true, "numSnapshotsToKeep": 1,
	}, x.queue)
	if err != nil {
		return nil, err
	}
	if err := made.Open(); err != nil {
		return nil, err
	}
	if err := probe(made); err != nil {
		return nil, err
	}
	return &stage{Index: made, versions: map[content.ID]int64{}, times: times{bySegment: map[uint64][]int64{}}}, nil
}

// patience is how long a write of a few bytes, or the end of an index, may take.
const patience = 10 * time.Second

// probe writes a few bytes. If the list of segments is damaged in a way that bleve does not notice when it opens an
// index, bleve's goroutine for writing ends, and no write ever returns. Such an index can't be closed either.
func probe(made index.Index) error {
	return within(func() error { return made.SetInternal([]byte("opened"), []byte{1}) })
}

// within calls a function of bleve, and does not wait for it longer than patience.
func within(call func() error) error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		return errors.New("bleve does not answer")
	}
}

// recovered turns a panic into an error. Bleve panics when it reads what it did not write. The caller must have called
// [debug.SetPanicOnFault], so that a read behind the end of a mapped file is a panic, too.
func recovered(err *error) {
	if why := recover(); why != nil {
		*err = fmt.Errorf("the search index: %v", why)
	}
}

// errClosed means that the index was closed.
var errClosed = errors.New("the search index is closed")

// reading calls a function with a reader of the present state of each of some stages.
func (x *Index) reading(
	ctx context.Context, names []search.Stage, read func([]index.IndexReader) error,
) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return errClosed
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer recovered(&err)
	readers := make([]index.IndexReader, 0, len(names))
	defer func() {
		for _, r := range readers {
			err = errors.Join(err, r.Close())
		}
	}()
	for _, name := range names {
		r, err := x.stages[name].Reader()
		if err != nil {
			return err
		}
		readers = append(readers, r)
	}
	return read(readers)
}

// Documents implements [search.Engine].
func (x *Index) Documents(ctx context.Context, name search.Stage) (n int, err error) {
	err = x.reading(ctx, []search.Stage{name}, func(readers []index.IndexReader) error {
		count, err := readers[0].DocCount()
		n = int(count) //nolint:gosec // far below the largest int
		return err
	})
	return n, err
}

// Close implements [search.Engine].
func (x *Index) Close() (err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	for name, s := range x.stages {
		if failed := within(s.Close); failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		err = errors.Join(err, seal(filepath.Join(x.dir, string(name))))
	}
	x.queue.Close()
	return errors.Join(err, x.lock.Close())
}
