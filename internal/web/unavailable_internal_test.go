package web

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/internal/content"
)

// TestUnavailable checks which answers have the status 503: those without any data, only because of the store.
func TestUnavailable(t *testing.T) {
	away, other := coded.Errorf(content.CodeUnavailable, "away"), coded.Errorf(content.CodeInternal, "other")
	for _, c := range []struct {
		data string
		errs gqlerror.List
		want bool
	}{
		{`null`, gqlerror.List{away}, true},
		{``, gqlerror.List{away}, true},
		{`{"article":null}`, gqlerror.List{away}, true},
		{`{"a":null,"b":null}`, gqlerror.List{away, away}, true},
		{`{"a":null,"b":{"id":"1"}}`, gqlerror.List{away}, false},
		{`{"a":null,"b":null}`, gqlerror.List{away, other}, false},
		{`{"article":null}`, nil, false},
		{`null`, gqlerror.List{other}, false},
	} {
		if got := unavailable(&graphql.Response{Data: []byte(c.data), Errors: c.errs}); got != c.want {
			t.Errorf("%s with %v: %t", c.data, c.errs, got)
		}
	}
}
