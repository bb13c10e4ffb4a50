package newsroom_test

import (
	"slices"
	"strings"
	"testing"

	"sen"
	"sen/internal/content"
	"sen/internal/newsroom"
)

// TestWorkflowIsDocumented checks that the schema shows the workflow as it is.
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
