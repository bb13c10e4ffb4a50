// Package parallel runs the reads of one level of a query at the same time.
package parallel

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// Run runs tasks at the same time, and returns when all have ended. The last one runs on the caller's goroutine. A task
// must not panic: see [Safely].
func Run(tasks []func()) {
	var wg sync.WaitGroup
	for i, task := range tasks {
		if i < len(tasks)-1 {
			wg.Go(func() {
				growStack(i)
				task()
			})
		} else {
			task()
		}
	}
	wg.Wait()
}

// growStack grows the stack of a new goroutine to 32 KiB at once, which a read from the store needs. Go starts with 8 KiB
// at most and doubles the stack on the way down into the driver, copying all frames each time. The runtime has no call
// for it, so a function with a large frame has to do: BenchmarkRun compares both.
//
//go:noinline
func growStack(i int) byte {
	var frame [24 << 10]byte
	return frame[i]
}

// Safely calls a function and turns its panic into an error: a panic in a goroutine of its own would end the program.
func Safely(do func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return do()
}
