// Command server is Sen.
package main

import (
	"os"
	_ "time/tzdata" // time zones by name, where the machine has none

	"sen/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
