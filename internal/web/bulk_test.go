package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// made is the result of one item of a bulk mutation.
type made struct {
	ID         string
	UserErrors []struct {
		Code, Message string
		Path          []string
	}
}

// bulk creates tags under an idempotency key.
func bulk(t *testing.T, server *testserver.Server, key string, n int) (answer struct {
	Data   struct{ BulkCreate []made }
	Errors []any
},
) {
	t.Helper()
	items := make([]any, n)
	for i := range items {
		items[i] = map[string]any{"tag": map[string]any{"name": map[string]any{"text": fmt.Sprintf("%s %d", key, i)}}}
	}
	variables, err := json.Marshal(map[string]any{"items": items, "key": key})
	if err != nil {
		t.Fatal(err)
	}
	body := server.Ask(t,
		`mutation($items: [ContentInput!]!, $key: String) { bulkCreate(items: $items, idempotencyKey: $key) { id userErrors { code message path } } }`,
		variables, http.Header{testserver.ActorHeader: {"editor"}})
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return answer
}

// TestBulkOutOfTime gives a bulk mutation more and more time until it makes some of its items. Each of the others has
// an error of its own. A repetition under the same key makes these, and no item twice.
func TestBulkOutOfTime(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		const n = 200
		for timeout := time.Millisecond; ; timeout *= 2 {
			key := "lot " + timeout.String()
			hurried := bulk(t, testserver.Start(t, store, func(_ *graph.Options, w *web.Options) { w.Timeout = timeout }), key,
				n)
			if len(hurried.Errors) > 0 || len(hurried.Data.BulkCreate) != n {
				t.Fatalf("%s: %d results, %v", key, len(hurried.Data.BulkCreate), hurried.Errors)
			}
			done := 0
			for i, m := range hurried.Data.BulkCreate {
				switch {
				case m.ID != "" && len(m.UserErrors) == 0:
					done++
				case m.ID != "" || len(m.UserErrors) != 1 || m.UserErrors[0].Code != "UNAVAILABLE" ||
					fmt.Sprint(m.UserErrors[0].Path) != fmt.Sprintf("[items %d]", i):
					t.Fatalf("%s, item %d: %+v", key, i, m)
				}
			}
			if done == 0 {
				continue
			}
			if last := hurried.Data.BulkCreate[n-1]; done < n &&
				last.UserErrors[0].Message != "Hết thời gian trước khi xử lý đến mục này: chưa ghi gì. Hãy gửi lại." {
				t.Errorf("%+v", last)
			}
			t.Logf("%s: %d of %d were made in time", key, done, n)
			patient := testserver.Start(t, store, nil)
			patient.Clock.Forward(t, "2m") // an interrupted attempt counts as ended
			ids := map[string]bool{}
			for i, m := range bulk(t, patient, key, n).Data.BulkCreate {
				if first := hurried.Data.BulkCreate[i].ID; m.ID == "" || len(m.UserErrors) > 0 || first != "" && first != m.ID {
					t.Errorf("item %d was %q: %+v", i, first, m)
				}
				ids[m.ID] = true
			}
			count := patient.Ask(t,
				fmt.Sprintf(`{ tags(stage: DRAFT, filter: {name: {startsWith: "%s "}}) { totalCount } }`, key), nil,
				http.Header{testserver.ActorHeader: {"editor"}})
			if want := fmt.Sprintf(`{"data":{"tags":{"totalCount":%d}}}`, n); len(ids) != n || string(count) != want {
				t.Errorf("%d ids, %s", len(ids), count)
			}
			return
		}
	})
}

// TestBulkWriteTimeLimit checks that the server's time limit for writing, which is very short here, does not cut off
// the answer to a bulk mutation that may take longer.
func TestBulkWriteTimeLimit(t *testing.T) {
	server := testserver.Start(t, testkit.Store(t, testkit.Embedded(t)), nil)
	short := httptest.NewUnstartedServer(server.Config.Handler)
	short.Config.WriteTimeout = time.Nanosecond
	short.Start()
	t.Cleanup(short.Close)
	if answer := bulk(t, &testserver.Server{Server: short}, "lot", 21); len(answer.Data.BulkCreate) != 21 ||
		answer.Data.BulkCreate[20].ID == "" {
		t.Errorf("%+v", answer)
	}
}
