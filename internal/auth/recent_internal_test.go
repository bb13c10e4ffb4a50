package auth

import "testing"

// TestRecent fills a map beyond its limit. The keys that were set least recently are removed, whether they were read or
// not.
func TestRecent(t *testing.T) {
	r := newRecent[string](3)
	for key, value := range []string{"zero", "one", "two"} {
		r.set(uint64(key), value)
	}
	r.set(0, "zero again")
	r.get(1)
	r.set(3, "three")
	for key, want := range map[uint64]string{0: "zero again", 1: "", 2: "two", 3: "three"} {
		if got, ok := r.get(key); got != want || ok != (want != "") {
			t.Errorf("%d is %q, %v; want %q", key, got, ok, want)
		}
	}
	r.remove(2)
	r.remove(2)
	r.set(4, "four")
	if _, ok := r.get(0); !ok || len(r.places) != 3 || r.order.Len() != 3 {
		t.Errorf("%d keys in %d places after one was removed and one was set", len(r.places), r.order.Len())
	}
}
