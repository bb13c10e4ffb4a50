package web_test

import (
	"bytes"
	"strings"
	"testing"

	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/upkeep"
)

// TestRestoredAnswers restores the archive of a site on both engines: it gives the same answers as the original.
func TestRestoredAnswers(t *testing.T) {
	origin := testkit.AnySample(t)
	server := testserver.Start(t, origin, nil)
	publishTag(t, server, "Thẻ 0")
	const query = `{ articles(first: 1, orderBy: TITLE_ASC) { nodes { title cover { url } } } tags(filter: {name: {contains: "the 0"}}) { nodes { name } } }`
	want := string(server.Ask(t, query, nil, nil))
	if !strings.Contains(want, `"tags":{"nodes":[{"name":"Thẻ 0"}]}`) || strings.Contains(want, "errors") {
		t.Fatal(want)
	}
	silent := func(string, int) {}
	var archive bytes.Buffer
	if err := upkeep.Export(t.Context(), origin, &archive, true, silent); err != nil {
		t.Fatal(err)
	}
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.Store(t, e)
		if err := upkeep.Restore(t.Context(), store, bytes.NewReader(archive.Bytes()), silent, silent); err != nil {
			t.Fatal(err)
		}
		if got := string(testserver.Start(t, store, nil).Ask(t, query, nil, nil)); got != want {
			t.Errorf("the restored site answers %s, want %s", got, want)
		}
	})
}
