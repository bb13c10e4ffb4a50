package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a running server.
type process struct {
	host string
	pid  int
	// start is the time from its start until it was ready.
	start time.Duration
	cmd   *exec.Cmd
}

// start starts a program, reads its address from its output, and waits until it is ready.
func start(ctx context.Context, args ...string) (*process, error) {
	begin := time.Now()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	p := &process{pid: cmd.Process.Pid, cmd: cmd}
	lines := bufio.NewScanner(out)
	for p.host == "" && lines.Scan() {
		p.host, _ = strings.CutPrefix(lines.Text(), "Listening on ")
		if p.host == lines.Text() {
			p.host = ""
		}
	}
	if p.host == "" {
		return nil, errors.Join(fmt.Errorf("%s did not start", strings.Join(args, " ")), cmd.Wait())
	}
	for deadline := begin.Add(time.Minute); ; time.Sleep(time.Millisecond) {
		_, err := p.page(ctx, "/readyz")
		if err == nil {
			p.start = time.Since(begin)
			return p, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			p.stop()
			return nil, fmt.Errorf("%s is not ready: %w", strings.Join(args, " "), err)
		}
	}
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait() // the exit status does not matter
}

// page returns the lines of the answer at a path.
func (p *process) page(ctx context.Context, path string) (lines []string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.host+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", path, response.Status)
	}
	s := bufio.NewScanner(response.Body)
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	return lines, s.Err()
}

// allocations returns the number of allocations of the process since its start.
func (p *process) allocations(ctx context.Context) (float64, error) {
	lines, err := p.page(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	for _, line := range lines {
		if value, ok := strings.CutPrefix(line, "go_memstats_mallocs_total "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, fmt.Errorf("%s/metrics does not tell go_memstats_mallocs_total", p.host)
}

// tick is the unit of processor time in /proc, the same on every Linux (USER_HZ).
const tick = time.Second / 100

// cpu returns the processor time that a process has used since its start.
func cpu(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name in parentheses may contain any character; utime and stime are the 12th and 13th fields after it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is not understood", pid)
	}
	return ticks(fields[11], fields[12])
}

// cpus returns the processor time that several processes have used together since their starts.
func cpus(pids ...int) (sum time.Duration, err error) {
	for _, pid := range pids {
		one, failed := cpu(pid)
		sum, err = sum+one, errors.Join(err, failed)
	}
	return sum, err
}

// idle returns the time in which the processors of the machine were idle, since the start of the machine.
func idle() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 6 || fields[0] != "cpu" {
		return 0, errors.New("/proc/stat is not understood")
	}
	return ticks(fields[4], fields[5]) // idle, and waiting for disks
}

func ticks(fields ...string) (sum time.Duration, err error) {
	for _, field := range fields {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

// memory returns the memory of a process in bytes: now, and its maximum so far.
func memory(pid int) (now, peak uint64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[2] != "kB" {
			continue
		}
		kB, err := strconv.ParseUint(fields[1], 10, 64)
		if err != nil {
			return 0, 0, err
		}
		switch fields[0] {
		case "VmRSS:":
			now = kB << 10
		case "VmHWM:":
			peak = kB << 10
		}
	}
	return now, peak, nil
}
