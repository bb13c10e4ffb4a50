package web

import (
	"fmt"
	"strings"
	"testing"
)

// TestAutomaticBound stores many automatically persisted documents: they stay within their capacity.
func TestAutomaticBound(t *testing.T) {
	p := newPersisted(nil, false)
	text := strings.Repeat("a", 32<<10)
	const flood = 4 * automaticBytes / (32 << 10)
	for n := range flood {
		params := &rawParams{query: &text, hash: fmt.Sprint(n)}
		params.Query = text
		p.keep(params)
	}
	if weight := p.automatic.Bytes(); weight > automaticBytes || weight == 0 {
		t.Errorf("%d bytes are kept; the bound is %d", weight, automaticBytes)
	}
}
