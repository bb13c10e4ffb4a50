// Command withmongod runs a command together with a real MongoDB, and stops the server afterwards. The command gets
// the address in SEN_TEST_MONGODB_URI. SEN_MONGOD names the mongod binary. SEN_TEST_MONGOD_FOLDER names the folder for
// its data, by default that for temporary files.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"sen/internal/testkit"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		_, _ = fmt.Fprintln(os.Stderr, "usage: withmongod -- COMMAND [ARGUMENT ...]")
		os.Exit(2)
	}
	status, err := run(args)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "withmongod:", err)
	}
	os.Exit(status)
}

func run(args []string) (status int, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	m, err := testkit.StartMongod(ctx, os.Getenv("SEN_TEST_MONGOD_FOLDER"))
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, m.Remove()) }()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "SEN_TEST_MONGODB_URI="+m.URI(""))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	// `go test` does not forward a signal to the tests that it runs, so the whole process group gets it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
