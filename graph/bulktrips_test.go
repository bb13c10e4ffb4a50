package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sen/internal/content"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
)

// bulkInputs has, for each kind that a bulk mutation can create, the input of the entry with a number. It links to
// other entries.
var bulkInputs = map[content.Kind]func(n int) map[string]any{
	content.KindArticle: func(n int) map[string]any {
		return map[string]any{"title": text("Bài", n), "section": "section_tin-tuc", "tags": []string{"tag_cnnttb"}}
	},
	content.KindSection: func(n int) map[string]any {
		return map[string]any{"name": text("Mục", n), "parent": "section_tin-tuc"}
	},
	content.KindAwardRound: func(n int) map[string]any {
		return map[string]any{"name": text("Lần", n), "series": "series_cnnttb", "year": 1900 + n, "level": "NATIONAL"}
	},
}

// bulkChanges has the inputs of bulk updates. That of a section also changes its place in the tree, that of a round
// also what its awards take over.
var bulkChanges = map[content.Kind]func(n int) map[string]any{
	content.KindArticle: func(n int) map[string]any {
		return map[string]any{"title": text("Bài mới", n), "section": "section_trang-chu"}
	},
	content.KindSection: func(n int) map[string]any {
		return map[string]any{"name": text("Mục mới", n), "parent": "section_trang-chu"}
	},
	content.KindAwardRound: func(n int) map[string]any { return map[string]any{"year": 2000 + n} },
	content.KindMedia:      func(n int) map[string]any { return map[string]any{"title": text("Tệp", n)} },
}

func text(s string, n int) map[string]any { return map[string]any{"text": fmt.Sprintf("%s %d", s, n)} }

// bulk is a hundred entries of one kind that are changed at once.
type bulk struct {
	*testserver.Server
	kind     content.Kind
	ids      []string
	versions []int
}

const bulkSize = 100

// outcomes are the results of the items of a bulk mutation.
type outcomes struct {
	Data map[string][]struct {
		ID         string
		UserErrors []struct{ Message string }
		Content    *struct {
			ID      string
			Version int
		}
	}
	Errors []any
}

// ask sends a bulk mutation. It fails if any of its items fails, or if it makes too many round trips to the store.
func (b *bulk) ask(t *testing.T, name, declares, arguments string, items []any) {
	t.Helper()
	variables, err := json.Marshal(map[string]any{"items": items})
	if err != nil {
		t.Fatal(err)
	}
	query := fmt.Sprintf("mutation($items: %s) { %s { id userErrors { message } content { id version } } }", declares,
		arguments)
	answer := b.Ask(t, query, variables, http.Header{testserver.ActorHeader: {"admin"}})
	trips := b.Trips()
	var got outcomes
	if err := json.Unmarshal(answer, &got); err != nil || len(got.Errors) > 0 {
		t.Fatalf("%s: %v: %.500s", name, err, answer)
	}
	t.Logf("%s: %d round trips", name, trips)
	if trips > 60 {
		t.Errorf("%s: %d round trips, at most 60 are allowed", name, trips)
	}
	for _, all := range got.Data {
		if b.ids == nil {
			b.ids, b.versions = make([]string, len(all)), make([]int, len(all))
		}
		for i, one := range all {
			if len(one.UserErrors) > 0 {
				t.Fatalf("%s: %v", name, one.UserErrors)
			}
			if b.ids[i] = one.ID; one.Content != nil {
				b.versions[i] = one.Content.Version
			}
		}
	}
}

// move does an action on all entries.
func (b *bulk) move(t *testing.T, action string) {
	t.Helper()
	items := make([]any, len(b.ids))
	for i, id := range b.ids {
		items[i] = map[string]any{"id": id, "version": b.versions[i]}
	}
	b.ask(t, action, "[EntryVersion!]!",
		fmt.Sprintf(`bulkMove(action: %s, items: $items, note: "Vì vậy.", idempotencyKey: "%s %s %d")`, action, b.kind,
			action, b.versions[0]), items)
}

// TestBulkTrips does every bulk action on a hundred entries of each kind, and counts the round trips to the store.
// Their number does not depend on the number of items.
func TestBulkTrips(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		server := testserver.Start(t, testkit.SampleStore(t, e), nil)
		for kind := range bulkChanges {
			t.Run(string(kind), func(t *testing.T) {
				b := &bulk{Server: server, kind: kind}
				field := strings.ToLower(string(kind[:1])) + string(kind[1:])
				if kind == content.KindMedia {
					b.upload(t)
				} else {
					items := make([]any, bulkSize)
					for i := range items {
						items[i] = map[string]any{field: bulkInputs[kind](i)}
					}
					b.ask(t, "create", "[ContentInput!]!", `bulkCreate(items: $items, idempotencyKey: "create `+string(kind)+`")`,
						items)
				}
				b.move(t, "SUBMIT")
				b.move(t, "REJECT")
				b.move(t, "PUBLISH")
				items := make([]any, bulkSize)
				for i, id := range b.ids {
					items[i] = map[string]any{"id": id, "version": b.versions[i], "input": map[string]any{field: bulkChanges[kind](i)}}
				}
				b.ask(t, "update", "[ContentChange!]!", `bulkUpdate(items: $items, idempotencyKey: "update `+string(kind)+`")`,
					items)
				for i := range items {
					items[i].(map[string]any)["input"] = map[string]any{field: map[string]any{"slug": fmt.Sprintf("ten-khac-%d", i)}}
				}
				b.ask(t, "merge", "[ContentChange!]!", `bulkUpdate(items: $items, onConflict: MERGE)`, items)
				b.move(t, "SUBMIT")
				b.move(t, "APPROVE")
				if kind == content.KindArticle {
					b.move(t, "CORRECT")
				}
				b.changeParents(t)
				for _, action := range []string{"UNPUBLISH", "PUBLISH", "ARCHIVE", "RESTORE", "TRASH", "RESTORE", "TRASH"} {
					b.move(t, action)
				}
				b.move(t, "DELETE_FOREVER")
				b.move(t, "DELETE_FOREVER") // a repetition
			})
		}
	})
}

// below has the inputs of entries that take over values from an entry of these kinds.
var below = map[content.Kind]func(id string) map[string]any{
	content.KindSection: func(id string) map[string]any {
		return map[string]any{"article": map[string]any{"title": text("Dưới", 0), "section": id}}
	},
	content.KindAwardRound: func(id string) map[string]any {
		return map[string]any{"award": map[string]any{"title": text("Nhất", 0), "round": id}}
	},
}

// changeParents creates an entry below each entry that passes values on, changes the values, and deletes the lower
// entries.
func (b *bulk) changeParents(t *testing.T) {
	t.Helper()
	under := below[b.kind]
	if under == nil {
		return
	}
	items := make([]any, len(b.ids))
	for i, id := range b.ids {
		items[i] = under(id)
	}
	hung := &bulk{Server: b.Server, kind: b.kind + " below"}
	hung.ask(t, "create below", "[ContentInput!]!", "bulkCreate(items: $items)", items)
	hung.move(t, "PUBLISH")
	field := strings.ToLower(string(b.kind[:1])) + string(b.kind[1:])
	for i, id := range b.ids {
		input := bulkInputs[b.kind](i)
		items[i] = map[string]any{"id": id, "version": b.versions[i], "input": map[string]any{field: input}}
	}
	b.ask(t, "update above", "[ContentChange!]!", "bulkUpdate(items: $items)", items)
	b.move(t, "PUBLISH")
	hung.move(t, "TRASH")
	hung.move(t, "DELETE_FOREVER")
}

// upload uploads a hundred media.
func (b *bulk) upload(t *testing.T) {
	t.Helper()
	for i := 0; i < bulkSize; i += 10 {
		var files []txtar.File
		for k := range 10 {
			files = append(files, txtar.File{Name: fmt.Sprintf("%d.txt", i+k), Data: fmt.Appendf(nil, "Danh sách %d\n", i+k)})
		}
		answer := b.Upload(t,
			`mutation($files: [Upload!]!) { bulkUploadMedia(files: $files) { media { id version } userErrors { message } } }`,
			files, http.Header{testserver.ActorHeader: {"admin"}})
		var got struct {
			Data struct {
				BulkUploadMedia []struct {
					Media struct {
						ID      string
						Version int
					}
				}
			}
		}
		if err := json.Unmarshal(answer, &got); err != nil || len(got.Data.BulkUploadMedia) != 10 {
			t.Fatalf("%v: %s", err, answer)
		}
		for _, one := range got.Data.BulkUploadMedia {
			b.ids, b.versions = append(b.ids, one.Media.ID), append(b.versions, one.Media.Version)
		}
	}
}
