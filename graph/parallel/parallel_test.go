package parallel

import (
	"strings"
	"sync"
	"testing"
)

// TestRun runs tasks that wait for each other: all of them run at the same time.
func TestRun(*testing.T) {
	var all sync.WaitGroup
	all.Add(3)
	meet := func() { all.Done(); all.Wait() }
	Run([]func(){meet, meet, meet})
	Run(nil)
}

// TestSafely checks that a panic becomes an error.
func TestSafely(t *testing.T) {
	if err := Safely(func() error { panic("broken") }); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Error(err)
	}
}

// descend uses about half a KiB of stack in each call, as the calls down to the driver do.
//
//go:noinline
func descend(calls int) byte {
	var frame [512]byte
	if calls > 0 {
		frame[calls] = descend(calls - 1)
	}
	return frame[calls]
}

// BenchmarkRun runs four tasks that need 24 KiB of stack each, with the stack grown at once and as the runtime grows
// it.
func BenchmarkRun(b *testing.B) {
	task := func() { descend(40) }
	tasks := []func(){task, task, task, task}
	b.Run("grown at once", func(b *testing.B) {
		for b.Loop() {
			Run(tasks)
		}
	})
	b.Run("grown by the runtime", func(b *testing.B) {
		for b.Loop() {
			var wg sync.WaitGroup
			for _, task := range tasks[1:] {
				wg.Go(task)
			}
			task()
			wg.Wait()
		}
	})
}
