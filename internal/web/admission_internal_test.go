package web

import (
	"testing"
	"time"
)

// TestPlacesByCost starts operations until one finds no place: small operations are almost twice as many as large
// ones, and an operation that ends makes room for the next one.
func TestPlacesByCost(t *testing.T) {
	const operations = 4
	const small = 2*operations - 1
	for cost, want := range map[int]int{1: small, maxSmallCost: small, maxSmallCost + 1: operations} {
		a := newAdmission(operations, time.Nanosecond)
		var running []*admitted
		for {
			places, ok := a.admit(t.Context())
			if !ok {
				break
			}
			places.costs(cost)
			running = append(running, places)
		}
		if len(running) != want {
			t.Errorf("%d operations of cost %d run at once, want %d", len(running), cost, want)
		}
		for _, places := range running {
			places.release()
			places.release() // again, which must not give back the places of another operation
		}
		if !a.places.TryAcquire(operations * largePlaces) {
			t.Errorf("operations of cost %d did not give all places back", cost)
		}
		if a.places.TryAcquire(1) {
			t.Errorf("operations of cost %d gave back more places than they had", cost)
		}
	}
}

// BenchmarkProcessorFree measures what an uncached operation spends to find out whether it must yield.
func BenchmarkProcessorFree(b *testing.B) {
	for b.Loop() {
		processorFree()
	}
}
