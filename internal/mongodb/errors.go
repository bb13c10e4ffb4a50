package mongodb

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"sen/internal/content"
	"sen/internal/engine"
)

// fail turns an error of the driver into one that a reader may see, keeping it as
// the cause for the log. Whatever stopped the store from answering is UNAVAILABLE;
// what a retry would not mend stays as it is, and so internal.
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
	case mongo.IsNetworkError(err), errors.Is(err, mongo.ErrClientDisconnected), errors.As(err, &command) && retryable(command):
		return &content.Error{Code: content.CodeUnavailable, Message: "The store can't be reached. Try again.", Cause: err}
	}
	return err
}

// duplicate is fail for writes: it tells where another document has the same key.
func duplicate(err error) error {
	if mongo.IsDuplicateKeyError(err) {
		return errors.Join(engine.ErrDuplicate, err)
	}
	return fail(err)
}

// waitsTooLong tells the bulks that were written and not acknowledged by enough members in time. Driver 2.x takes only single
// writes for timeouts then (mongo.IsTimeout; TestFail tells when that is mended).
func waitsTooLong(err error) bool {
	var bulk mongo.BulkWriteException
	return errors.As(err, &bulk) && bulk.WriteConcernError != nil && bulk.WriteConcernError.IsMaxTimeMSExpiredError()
}

// retryable tells the commands that failed because their server is going or not primary.
func retryable(e mongo.CommandError) bool {
	switch e.Code {
	case 6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436:
		return true // the codes of the specification "retryable reads"
	}
	return false
}

// isMissingCollection tells that a command asked for a collection that is not there yet.
func isMissingCollection(err error) bool {
	var command mongo.CommandError
	return errors.As(err, &command) && command.Code == 26 // NamespaceNotFound
}
