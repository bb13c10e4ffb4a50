package mongodb

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"sen/internal/content"
	"sen/internal/engine"
)

// fail converts an error of the driver into one that a client may see, and keeps the original as the cause for the
// log. If the store could not answer, it is UNAVAILABLE. An error that a retry would not fix stays as it is, which
// makes it an internal error.
func fail(err error) error {
	var known *content.Error
	var command mongo.CommandError
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled):
		return err
	case mongo.IsTimeout(err) || errors.Is(err, context.DeadlineExceeded) || waitsTooLong(err):
		return engine.NotInTime(err)
	case mongo.IsNetworkError(err), errors.Is(err, mongo.ErrClientDisconnected), errors.As(err, &command) &&
		retryable(command):
		return &content.Error{Code: content.CodeUnavailable, Message: "The store can't be reached. Try again.", Cause: err}
	}
	return err
}

// duplicate does what fail does, for writes: it also returns ErrDuplicate if another document has the same key.
func duplicate(err error) error {
	if mongo.IsDuplicateKeyError(err) {
		return errors.Join(engine.ErrDuplicate, err)
	}
	return fail(err)
}

// waitsTooLong reports whether a bulk was written, but not acknowledged by enough members in time. Driver 2.x treats
// this as a timeout only for single writes (mongo.IsTimeout; TestFail shows when that changes).
func waitsTooLong(err error) bool {
	var bulk mongo.BulkWriteException
	return errors.As(err, &bulk) && bulk.WriteConcernError != nil && bulk.WriteConcernError.IsMaxTimeMSExpiredError()
}

// retryable reports whether a command failed because its server is shutting down or is not the primary.
func retryable(e mongo.CommandError) bool {
	switch e.Code {
	case 6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436:
		return true // the codes of the specification "retryable reads"
	}
	return false
}

// isMissingCollection reports whether a command failed because its collection does not exist.
func isMissingCollection(err error) bool {
	var command mongo.CommandError
	return errors.As(err, &command) && command.Code == 26 // NamespaceNotFound
}
