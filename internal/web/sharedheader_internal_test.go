package web

import (
	"fmt"
	"strings"
	"testing"

	"sen/internal/cache"
)

// TestCacheTags checks that the tags are short hashes of what an answer was made from, and those of kinds if they
// would be too many.
func TestCacheTags(t *testing.T) {
	few := cacheTags([]cache.Tag{"article_1", "Article", "article_1"})
	if got := strings.Split(few, ","); len(got) != 2 || len(got[0]) != 8 || !strings.Contains(few, shortTag("article_1")) {
		t.Errorf("tags of two: %s", few)
	}
	many := []cache.Tag{"Article"}
	for n := range 1000 {
		many = append(many, cache.Tag(fmt.Sprintf("article_%d", n)))
	}
	want := []string{shortTag("all Article"), shortTag("all article")}
	if got := cacheTags(many); len(got) != 17 || !strings.Contains(got, want[0]) || !strings.Contains(got, want[1]) {
		t.Errorf("tags of many: %s, want %v", got, want)
	}
}

// TestOutgoing reserves memory for large answers to anonymous clients up to a limit, and again after they were sent.
func TestOutgoing(t *testing.T) {
	o := newOutgoing(3 * largeAnswer)
	sent, ok := o.take(t.Context(), 2*largeAnswer)
	if _, more := o.take(t.Context(), 2*largeAnswer); !ok || more {
		t.Errorf("room for the first: %v, for one too many: %v", ok, more)
	}
	if _, small := o.take(t.Context(), largeAnswer-1); !small {
		t.Error("no room for a small answer")
	}
	sent()
	if _, again := o.take(t.Context(), 3*largeAnswer); !again {
		t.Error("no room after the first was sent")
	}
}
