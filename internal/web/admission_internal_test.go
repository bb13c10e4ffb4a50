package web

import "testing"

// BenchmarkProcessorFree is what an uncached operation pays to know whether it has to yield.
func BenchmarkProcessorFree(b *testing.B) {
	for b.Loop() {
		processorFree()
	}
}
