// Command server is Sen.
package main

import (
	"os"

	"sen/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
