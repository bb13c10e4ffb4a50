package graph_test

import (
	"strings"
	"testing"

	"sen/graph"
	"sen/internal/content"
	"sen/internal/newsroom"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// TestFormsOfTwoFields asks for the HTML of two rich texts of one entry in the same language: the form of one, which
// the store keeps in memory, is not taken for that of the other.
func TestFormsOfTwoFields(t *testing.T) {
	store := testkit.SampleStore(t, testkit.Embedded(t))
	testkit.Follow(t, store) // so that it keeps forms in memory
	for _, field := range []string{"body", "lead"} {
		room := newsroom.New(store, newsroom.Options{Log: testkit.Log(t)})
		resolver := graph.NewResolver(store, room, nil, testserver.PublicURL)
		block := content.Block{Paragraph: &content.ParagraphBlock{Spans: content.Spans{{Text: "in " + field}}}}
		graph.AnswerBody(resolver, field, content.RichText{"vi": {block}})
		exec := graph.NewExecutor(resolver, graph.Options{Limits: graph.DefaultLimits, Log: testkit.Log(t)})
		op, ctx := operation(t, exec, `{ article(slug: "hoi-nghi-so-ket-va-trao-giai-cnnttb-2020") { body { html } } }`)
		responses, ctx := exec.DispatchOperation(ctx, op)
		if response := responses(ctx); !strings.Contains(string(response.Data), "in "+field) {
			t.Errorf("the rich text in %q is answered as %s %v", field, response.Data, response.Errors)
		}
		if kept := store.Kept()["forms"]; kept.Bytes() == 0 {
			t.Error("no form is kept")
		}
	}
}
