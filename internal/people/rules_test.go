package people_test

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
	"sen/internal/people"
	"sen/internal/testkit"
)

// TestRules prints the rules and compares them with a reviewed file.
func TestRules(t *testing.T) {
	const page = "testdata/rules.txt"
	got := people.RulesTable()
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

// TestRulesForOthers checks that an actor without a role may do nothing, and that a token may do no more than its scope
// allows.
func TestRulesForOthers(t *testing.T) {
	all := append(slices.Clone(entryActions), content.ActionSettings, content.ActionAccounts, content.ActionAuditLog)
	for _, action := range all {
		for _, nobody := range []*content.Actor{nil, {}, {Preview: "article_x"}, {Role: "OWNER"}} {
			if people.May(nobody, action, content.KindArticle) {
				t.Errorf("%+v may %s", nobody, action)
			}
		}
	}
	token := &content.Actor{
		Role: content.RoleAdmin, Kinds: []content.Kind{content.KindEvent},
		Actions: []content.Action{content.ActionUpdate},
	}
	for _, action := range all {
		for _, kind := range append(content.Kinds(), "") {
			want := action == content.ActionUpdate && kind == content.KindEvent
			if got := people.May(token, action, kind); got != want {
				t.Errorf("a token for updating events: may %s %s is %v", action, kind, got)
			}
		}
	}
}

// entryActions lists the moves of the workflow, and reading.
var entryActions = []content.Action{
	content.ActionRead, content.ActionCreate, content.ActionUpdate, content.ActionSubmit, content.ActionApprove,
	content.ActionReject, content.ActionPublish, content.ActionUnpublish, content.ActionCorrect, content.ActionArchive,
	content.ActionTrash, content.ActionRestore, content.ActionRestoreRevision, content.ActionDeleteForever,
	content.ActionPreview,
}
