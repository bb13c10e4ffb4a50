// Package parallel runs the reads of one level of a query at the same time.
package parallel

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// Run runs tasks at the same time, and returns when all have ended. The last one runs on the caller's goroutine. A
// task must not panic: see [Safely].
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

// growStack grows the stack of a new goroutine to 32 KiB at once, which a read from the store needs. A goroutine
// starts with at most 8 KiB, and Go would double the stack several times in the driver and copy all frames each time.
// The runtime has no function for this, so growStack has a large frame: BenchmarkRun compares both.
//
//go:noinline
func growStack(i int) byte {
	var frame [24 << 10]byte
	return frame[i]
}

// Safely calls a function and converts its panic to an error: a panic in another goroutine would end the program.
func Safely(do func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return do()
}
