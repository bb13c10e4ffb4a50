// Command profiled is Sen, and writes a CPU profile of itself to the file that SEN_PROFILE names. Only the benchmarks
// start it.
package main

import (
	"fmt"
	"os"
	"runtime/pprof"
	_ "time/tzdata"

	"sen/internal/cli"
)

func main() {
	file, err := os.Create(os.Getenv("SEN_PROFILE"))
	if err == nil {
		err = pprof.StartCPUProfile(file)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "profiled:", err)
		os.Exit(1)
	}
	status := cli.Main(os.Args[1:], os.Stdout, os.Stderr)
	pprof.StopCPUProfile()
	if err := file.Close(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "profiled:", err)
		status = 1
	}
	os.Exit(status)
}
