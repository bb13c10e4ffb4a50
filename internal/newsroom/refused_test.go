package newsroom_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/people"
)

// TestRefused checks the message of an error that ends one change of a batch, in both languages, and which errors end
// the whole batch.
func TestRefused(t *testing.T) {
	vietnamese, english := []content.Locale{"vi", "en"}, []content.Locale{"en", "vi"}
	reader := &content.Actor{Role: content.RoleReader}
	for _, c := range []struct {
		err    error
		code   content.ProblemCode
		vi, en string
	}{
		{
			people.Permit(reader, content.ActionPublish, content.KindTag), "FORBIDDEN",
			"Vai trò của bạn không cho phép việc này (“đăng”). Hãy liên hệ quản trị viên.",
			"Your role does not allow this (publish). Ask an administrator for it.",
		},
		{
			people.Permit(&content.Actor{MustChangePassword: true}, content.ActionCreate, content.KindTag), "FORBIDDEN",
			"Trước hết hãy đổi mật khẩu dùng một lần: changePassword.", "Change your one-time password first: changePassword.",
		},
		{
			newsroom.ErrNotReached, "UNAVAILABLE",
			"Hết thời gian trước khi xử lý đến mục này: chưa ghi gì. Hãy gửi lại.",
			"The time was over before this one was reached: nothing of it was written. Send it again.",
		},
		{
			content.Errorf(content.CodeUnavailable, "The store can't be reached. Try again."), "UNAVAILABLE",
			"Kho dữ liệu không trả lời. Hãy thử lại.", "The store did not answer. Try again.",
		},
		{
			fmt.Errorf("read: %w", context.DeadlineExceeded), "UNAVAILABLE",
			"Kho dữ liệu không trả lời. Hãy thử lại.", "The store did not answer. Try again.",
		},
	} {
		for message, chain := range map[string][]content.Locale{c.vi: vietnamese, c.en: english} {
			outcome, err := newsroom.Refused(chain, c.err)
			if err != nil || len(outcome.Problems) != 1 || outcome.Problems[0].Code != c.code ||
				outcome.Problems[0].Message != message {
				t.Errorf("%v in %s: %+v, %v", c.err, chain[0], outcome, err)
			}
		}
	}
	for _, err := range []error{
		people.Permit(nil, content.ActionCreate, content.KindTag), context.Canceled,
		errors.New("a fault"), content.Errorf(content.CodeBadUserInput, "x"),
	} {
		if outcome, got := newsroom.Refused(english, err); outcome != nil || !errors.Is(got, err) {
			t.Errorf("%v ends one change only: %+v, %v", err, outcome, got)
		}
	}
	for _, action := range content.Actions() { // each action has a Vietnamese name
		outcome, err := newsroom.Refused(vietnamese, people.Permit(&content.Actor{Role: "OWNER"}, action, ""))
		if err != nil || strings.Contains(outcome.Problems[0].Message, "“”") && action != content.ActionImport {
			t.Errorf("%s: %+v, %v", action, outcome, err)
		}
	}
}
