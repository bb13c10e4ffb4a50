package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGenerator checks that the generator makes the same content twice, of the documented size.
func TestGenerator(t *testing.T) {
	a, b := newGenerator(), newGenerator()
	for n := range 50 {
		one, other := a.article(n, 100), b.article(n, 100)
		if diff := cmp.Diff(one, other); diff != "" {
			t.Fatal(diff)
		}
		raw, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) < 4500 || len(raw) > 6000 {
			t.Errorf("article %d has %d bytes", n, len(raw))
		}
	}
}
