package scalar_test

import (
	"testing"
	"unsafe"

	"sen/graph/scalar"
)

// TestCopies sees that what a literal is read as does not keep its document in memory.
func TestCopies(t *testing.T) {
	document := `{ article(slug: "hop-mat") { id } }` + "                "
	literal := document[17:24]
	s, err := scalar.UnmarshalString(literal)
	if err != nil || s != literal || unsafe.StringData(s) == unsafe.StringData(literal) {
		t.Errorf("the String %q is a part of its document (%v)", s, err)
	}
	id, err := scalar.UnmarshalID(literal)
	if err != nil || string(id) != literal || unsafe.StringData(string(id)) == unsafe.StringData(literal) {
		t.Errorf("the ID %q is a part of its document (%v)", id, err)
	}
	address := "https://example.vn/x   "[:20]
	if u, err := scalar.UnmarshalURL(address); err != nil || unsafe.StringData(string(u)) == unsafe.StringData(address) {
		t.Errorf("the URL %q is a part of its document (%v)", u, err)
	}
}
