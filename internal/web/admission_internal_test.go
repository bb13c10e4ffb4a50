package web

import "testing"

// BenchmarkProcessorFree measures what an uncached operation spends to find out whether it must yield.
func BenchmarkProcessorFree(b *testing.B) {
	for b.Loop() {
		processorFree()
	}
}
