package graph_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"sen/graph"
	"sen/internal/content"
)

// TestPresenter checks that no internal error is shown to clients, and that all of it is logged.
func TestPresenter(t *testing.T) {
	const inside = "connection(10.0.0.7:27017) socket was unexpectedly closed"
	for _, c := range []struct {
		err     error
		code    string
		message string
		logged  bool
	}{
		{errors.New(inside), "INTERNAL", "Đã có lỗi ở phía máy chủ", true},
		{fmt.Errorf("read: %w", errors.New(inside)), "INTERNAL", "Đã có lỗi ở phía máy chủ", true},
		{
			&content.Error{Code: content.CodeUnavailable, Message: "Try again.", Cause: errors.New(inside)}, "UNAVAILABLE",
			"Try again.", true,
		},
		{
			fmt.Errorf("list: %w", content.Errorf(content.CodeBadUserInput, "first is %d", 101)), "BAD_USER_INPUT",
			"first is 101", false,
		},
		{context.DeadlineExceeded, "UNAVAILABLE", "mất quá nhiều thời gian", false},
	} {
		var log strings.Builder
		shown := graph.Presenter(slog.New(slog.NewTextHandler(&log, nil)))(context.Background(), c.err)
		if shown.Extensions["code"] != c.code || !strings.Contains(shown.Message, c.message) {
			t.Errorf("%v is shown as %v %v", c.err, shown.Message, shown.Extensions)
		}
		if strings.Contains(fmt.Sprint(shown, shown.Extensions), "27017") {
			t.Errorf("an internal error is shown: %v", shown)
		}
		if strings.Contains(log.String(), "27017") != c.logged {
			t.Errorf("%v is logged as %q", c.err, log.String())
		}
	}
}
