package entries

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
)

// TestConvert checks that an entry keeps every field when its copies lose their type and get it back. A new field of
// [content.Entry] must be added to convert.
func TestConvert(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	draft := &content.Tag{Base: content.Base{Slug: "nhap"}}
	e := &content.Entry[*content.Tag]{
		ID: "tag_a", Version: 3, Draft: draft, PublicSlugs: []string{"mot"}, Previews: "p", Head: "rev_a", CreatedAt: at,
		UpdatedAt: at.Add(1),
		Editing:   content.Editing{State: content.StateScheduled, PublishAt: &at, ID: "tag_a"},
	}
	for i, v := 0, reflect.ValueOf(*e); i < v.NumField(); i++ {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() != (name == "Live") {
			t.Fatalf("the test does not set %s", name)
		}
	}
	without := untyped(e)
	if without.Live != nil {
		t.Error("a missing copy is not nil")
	}
	if without.Draft != content.Content(draft) {
		t.Error("the draft has another address: the store would take it for a change")
	}
	back := withType[*content.Tag](without)
	if diff := cmp.Diff(e, back); diff != "" {
		t.Error(diff)
	}
	if back.Draft != draft || back.Live != nil {
		t.Error("the copies have other addresses")
	}
}
