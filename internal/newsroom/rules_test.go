package newsroom_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/testkit"
)

// TestRules prints who may do what and compares it with the page that people agreed on.
func TestRules(t *testing.T) {
	const page = "testdata/rules.txt"
	got := newsroom.RulesTable()
	t.Logf("\n%s", got)
	if *testkit.Update {
		if err := os.WriteFile(page, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the rules differ (-agreed +code):\n%s", diff)
	}
}

// TestRulesForOthers sees that who has no role may do nothing, and that a token does
// no more than its scope.
func TestRulesForOthers(t *testing.T) {
	all := append(slices.Clone(entryActions), content.ActionSettings, content.ActionAccounts, content.ActionAuditLog)
	for _, action := range all {
		for _, nobody := range []*content.Actor{nil, {}, {Preview: "article_x"}, {Role: "OWNER"}} {
			if newsroom.May(nobody, action, content.KindArticle) {
				t.Errorf("%+v may %s", nobody, action)
			}
		}
	}
	token := &content.Actor{Role: content.RoleAdmin, Kinds: []content.Kind{content.KindEvent}, Actions: []content.Action{content.ActionUpdate}}
	for _, action := range all {
		for _, kind := range append(content.Kinds(), "") {
			want := action == content.ActionUpdate && kind == content.KindEvent
			if got := newsroom.May(token, action, kind); got != want {
				t.Errorf("a token for updating events: may %s %s is %v", action, kind, got)
			}
		}
	}
}

// TestRefused sees in both languages how one change of many ends by an error, and which errors hold for all.
func TestRefused(t *testing.T) {
	vietnamese, english := []content.Locale{"vi", "en"}, []content.Locale{"en", "vi"}
	reader := &content.Actor{Role: content.RoleReader}
	for _, c := range []struct {
		err    error
		code   content.ProblemCode
		vi, en string
	}{
		{
			newsroom.Permit(reader, content.ActionPublish, content.KindTag), "FORBIDDEN",
			"Vai trò của bạn không cho phép việc này (“đăng”). Hãy liên hệ quản trị viên.", "Your role does not allow this (publish). Ask an administrator for it.",
		},
		{
			newsroom.Permit(&content.Actor{MustChangePassword: true}, content.ActionCreate, content.KindTag), "FORBIDDEN",
			"Trước hết hãy đổi mật khẩu dùng một lần: changePassword.", "Change your one-time password first: changePassword.",
		},
		{
			newsroom.ErrNotReached, "UNAVAILABLE",
			"Hết thời gian trước khi xử lý đến mục này: chưa ghi gì. Hãy gửi lại.", "The time was over before this one was reached: nothing of it was written. Send it again.",
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
			if err != nil || len(outcome.Problems) != 1 || outcome.Problems[0].Code != c.code || outcome.Problems[0].Message != message {
				t.Errorf("%v in %s: %+v, %v", c.err, chain[0], outcome, err)
			}
		}
	}
	for _, err := range []error{newsroom.Permit(nil, content.ActionCreate, content.KindTag), context.Canceled, errors.New("a fault"), content.Errorf(content.CodeBadUserInput, "x")} {
		if outcome, got := newsroom.Refused(english, err); outcome != nil || !errors.Is(got, err) {
			t.Errorf("%v holds for one only: %+v, %v", err, outcome, got)
		}
	}
	for _, action := range content.Actions() { // each has its word
		outcome, err := newsroom.Refused(vietnamese, newsroom.Permit(&content.Actor{Role: "OWNER"}, action, ""))
		if err != nil || strings.Contains(outcome.Problems[0].Message, "“”") && action != content.ActionImport {
			t.Errorf("%s: %+v, %v", action, outcome, err)
		}
	}
}

// entryActions are the steps of the workflow, and reading.
var entryActions = []content.Action{
	content.ActionRead, content.ActionCreate, content.ActionUpdate, content.ActionSubmit, content.ActionApprove,
	content.ActionReject, content.ActionPublish, content.ActionUnpublish, content.ActionCorrect, content.ActionArchive,
	content.ActionTrash, content.ActionRestore, content.ActionRestoreRevision, content.ActionDeleteForever, content.ActionPreview,
}

// TestWorkflowIsDocumented sees that the schema shows the workflow as it is.
func TestWorkflowIsDocumented(t *testing.T) {
	if table := newsroom.WorkflowTable(); !strings.Contains(sen.Schema, table) {
		t.Errorf("the documentation of ContentStatus in schema.graphqls must have this table:\n%s", table)
	}
	for _, state := range []content.State{
		content.StateDraft, content.StateInReview, content.StateScheduled, content.StatePublished,
		content.StateChanged, content.StateArchived, content.StateTrashed,
	} {
		if !slices.Contains(newsroom.States(), state) {
			t.Errorf("no step leads from or to %s", state)
		}
	}
}
