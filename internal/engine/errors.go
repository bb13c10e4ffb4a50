package engine

import (
	"context"
	"errors"

	"sen/internal/content"
)

// NotInTime returns the UNAVAILABLE error of an operation that took too long.
func NotInTime(cause error) error {
	return &content.Error{
		Code: content.CodeUnavailable, Message: "The store did not answer in time. Try again.",
		Cause: cause,
	}
}

// Late converts the end of a deadline into [NotInTime]. It returns any other error as it is.
func Late(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return NotInTime(err)
	}
	return err
}
