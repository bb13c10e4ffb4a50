// Package embedded keeps documents in one SQLite file.
package embedded

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sen/internal/engine"
)

// Options say how an engine works.
type Options struct {
	Slow time.Duration
	Log  *slog.Logger
}

// DB is an engine.
type DB struct{ engine.Engine }

// Open opens.
func Open(string, Options) (*DB, error) { return nil, errors.New("stub") }

// Backup copies the store in a folder to a file.
func Backup(_ context.Context, _, _ string, _ func(done, total int)) error { return errors.New("stub") }
