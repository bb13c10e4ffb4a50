package engine

import (
	"context"
	"errors"

	"sen/internal/content"
)

// Late turns the end of a deadline into an UNAVAILABLE of package content, with the error as its cause. Any other error
// stays as it is.
func Late(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &content.Error{Code: content.CodeUnavailable, Message: "The store did not answer in time. Try again.", Cause: err}
	}
	return err
}
