// Command server is the program of Sen.
package main

import (
	"os"
	_ "time/tzdata" // time zones by name, for machines without a time zone database

	"sen/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
