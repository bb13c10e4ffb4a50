package entries

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sen/internal/content"
)

// TestConvert sees that an entry keeps all that it has when its copies lose their type and get it back: a field that is
// new in [content.Entry] must be in convert, too.
func TestConvert(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	draft := &content.Tag{Base: content.Base{Slug: "nhap"}}
	e := &content.Entry[*content.Tag]{
		ID: "tag_a", Version: 3, Draft: draft, PublicSlugs: []string{"mot"}, Previews: "p", Head: "rev_a", CreatedAt: at, UpdatedAt: at.Add(1),
		Editing: content.Editing{State: content.StateScheduled, PublishAt: &at, ID: "tag_a"},
	}
	for i, v := 0, reflect.ValueOf(*e); i < v.NumField(); i++ {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() != (name == "Live") {
			t.Fatalf("the test sets no %s", name)
		}
	}
	without := untyped(e)
	if without.Live != nil {
		t.Error("a copy that is not there became one")
	}
	if without.Draft != content.Content(draft) {
		t.Error("the draft is another one: the store could not see that it is unchanged")
	}
	back := withType[*content.Tag](without)
	if diff := cmp.Diff(e, back); diff != "" {
		t.Error(diff)
	}
	if back.Draft != draft || back.Live != nil {
		t.Error("the copies are others")
	}
}
