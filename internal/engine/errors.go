package engine

import (
	"context"
	"errors"

	"sen/internal/content"
)

// NotInTime is the UNAVAILABLE of what took too long.
func NotInTime(cause error) error {
	return &content.Error{Code: content.CodeUnavailable, Message: "The store did not answer in time. Try again.", Cause: cause}
}

// Late turns the end of a deadline into a [NotInTime]. Any other error stays as it is.
func Late(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return NotInTime(err)
	}
	return err
}
