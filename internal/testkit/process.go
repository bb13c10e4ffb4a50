package testkit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// process is a server on this machine with a folder and a port of its own.
type process struct {
	binary, dir string
	port        int
	cmd         *exec.Cmd
}

// newProcess prepares the port and the folder of a server, below dir. It does not start the server.
func newProcess(binary, dir string) (process, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return process{}, err
	}
	defer func() { _ = l.Close() }()
	dir, err = os.MkdirTemp(dir, "server")
	return process{binary: binary, dir: dir, port: l.Addr().(*net.TCPAddr).Port}, err
}

func (p *process) address() string { return fmt.Sprintf("127.0.0.1:%d", p.port) }

// launch starts the server. Its output goes to a file in its folder.
func (p *process) launch(ctx context.Context, arguments ...string) error {
	log, err := os.Create(p.log())
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), p.binary, arguments...)
	cmd.Stdout, cmd.Stderr = log, log
	// The input of the server ends when this program ends.
	if _, err := cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(p.binary), err)
	}
	p.cmd = cmd
	return nil
}

func (p *process) log() string { return filepath.Join(p.dir, "log") }

// logged returns an error with the end of the server's output.
func (p *process) logged() error {
	text, _ := os.ReadFile(p.log())
	return fmt.Errorf("the end of its log:\n%s", text[max(0, len(text)-2000):])
}

// Stop ends the server as an operator would. Its folder stays.
func (p *process) Stop() error { return p.end(syscall.SIGTERM) }

// Kill ends the server at once, as a crash would. Its folder stays.
func (p *process) Kill() error { return p.end(syscall.SIGKILL) }

func (p *process) end(signal syscall.Signal) error {
	if p.cmd == nil {
		return nil
	}
	err := p.cmd.Process.Signal(signal)
	_ = p.cmd.Wait() // the error only says that the signal ended the server
	p.cmd = nil
	return err
}

// Remove ends the server and deletes its folder.
func (p *process) Remove() error { return errors.Join(p.Kill(), os.RemoveAll(p.dir)) }

// PID returns the id of the server's process, for measurements.
func (p *process) PID() int { return p.cmd.Process.Pid }
