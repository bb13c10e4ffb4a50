package enginetest_test

import (
	"testing"

	"sen/internal/search"
	"sen/internal/search/enginetest"
)

// TestNaive checks the cases whose answers are known.
func TestNaive(t *testing.T) {
	enginetest.Run(t, func(*testing.T) search.Engine { return enginetest.NewNaive() })
}
