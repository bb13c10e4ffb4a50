package embedded

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"sen/internal/content"
	"sen/internal/engine"
)

var (
	// errDamaged means that the file does not contain what was written into it.
	errDamaged = errors.New("the data folder is damaged; restore a backup")
	errClosed  = &content.Error{Code: content.CodeUnavailable, Message: "The store is closed."}
)

// fail converts an error that stopped the engine into one for callers.
func fail(err error) error {
	var told *content.Error
	switch {
	case err == nil, errors.Is(err, engine.ErrDuplicate), errors.As(err, &told), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return engine.Late(err)
	case isAny(err, sqlite3.FULL, syscall.ENOSPC, syscall.EDQUOT):
		return &content.Error{Code: content.CodeUnavailable, Message: "The disk of the data folder is full. " +
			"Free some space; writing works again then.", Cause: err}
	case isAny(err, sqlite3.IOERR, sqlite3.CANTOPEN, sqlite3.READONLY, sqlite3.BUSY, syscall.EFBIG):
		return &content.Error{Code: content.CodeUnavailable, Message: "The data folder can't be read or written. " +
			"See whether its disk is full or broken, and whether Sen may use it.", Cause: err}
	}
	return err
}

// isAny reports whether an error is one of some others.
func isAny(err error, others ...error) bool {
	return slices.ContainsFunc(others, func(other error) bool { return errors.Is(err, other) })
}

// failIn does what fail does, for an operation with a context: SQLite returns "interrupted" if the context has ended.
func failIn(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && errors.Is(err, sqlite3.INTERRUPT) {
		err = ctx.Err()
	}
	return fail(err)
}

// unreadable returns an error that says what to do with a database that can't be used.
func unreadable(path string, err error) error {
	if errors.Is(err, errDamaged) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%s can't be read (%w); if the disk and the permissions are good, the file is damaged: "+
		"restore a backup", path, err)
}

// isStorage reports whether a transaction can't continue after an error.
func isStorage(err error) bool {
	var e *sqlite3.Error
	var code sqlite3.ErrorCode
	var extended sqlite3.ExtendedErrorCode
	return errors.As(err, &e) || errors.As(err, &code) || errors.As(err, &extended) || errors.Is(err, errDamaged)
}

// errBroken is the error of a call whose commit was interrupted by a panic.
var errBroken = errors.New("the write was interrupted")
