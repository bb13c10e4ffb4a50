package search

import (
	"context"
	"errors"
)

// ErrUnavailable means that an engine can't be reached now. It may be reached later.
var ErrUnavailable = errors.New("the search index is unavailable")

// Rebuilder is an engine with one index for all servers of a site. The index can be rebuilt while it is in use.
type Rebuilder interface {
	Engine
	// Prepare makes an empty index if there is none. Stale means that the index was made for another version of the
	// program and must be rebuilt; it can be searched until then. Prepare may be called at any time, by all servers.
	Prepare(ctx context.Context) (stale bool, err error)
	// Build begins a new index beside the one in use, and removes what an unfinished build has left behind. Only one
	// server may build at a time.
	Build(ctx context.Context) (Builder, error)
}

// Builder fills a new index. What is written to the index in use meanwhile is not in the new one.
type Builder interface {
	// Write applies changes to the new index.
	Write(ctx context.Context, changes []Change) error
	// Commit makes all servers use the new index, and removes the old one. After an error either may be in use.
	Commit(ctx context.Context) error
	// Abort removes the new index. It must not be called after Commit.
	Abort(ctx context.Context) error
}
