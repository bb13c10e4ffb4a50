package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sen/internal/cli"
	"sen/internal/testkit"
)

func sen() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }

// TestMain lets this test binary be the program itself, for scripts and processes.
func TestMain(m *testing.M) {
	if os.Getenv("SEN_TEST_MAIN") == "1" {
		sen()
	}
	testscript.Main(m, map[string]func(){"sen": sen})
}

// TestScripts runs the commands as a person would type them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}

// program is the program as a process of its own.
type program struct {
	cmd *exec.Cmd
	url string
	// greeting is what it said before.
	greeting string

	mu     sync.Mutex
	stderr bytes.Buffer
}

// start starts the program and waits until it says where it serves. It may take its time: the tests beside it
// make it slower than its users will see it.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(os.Args[0], append([]string{"--listen", "127.0.0.1:0", "--timeout", "1m"}, args...)...)}
	p.cmd.Env = append(os.Environ(), "SEN_TEST_MAIN=1")
	p.cmd.Dir = t.TempDir()
	p.cmd.Stderr = p
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		if t.Failed() {
			t.Logf("the program's log:\n%s", p.log())
		}
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if before, ok := strings.CutSuffix(lines.Text(), "/graphql"); ok {
			p.url = strings.TrimPrefix(before, "Sen serves ")
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			return p
		}
		p.greeting += lines.Text() + "\n"
	}
	t.Fatalf("the program did not start:\n%s", p.log())
	return nil
}

// Write takes the program's log.
func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.Write(b)
}

func (p *program) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// ask sends the query and gives the code of its first error, empty for none.
func (p *program) ask(t *testing.T) (code string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": aQuery})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(p.url+"/graphql", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Errors) == 0 {
		return ""
	}
	return answer.Errors[0].Extensions.Code
}

// status is the status of an address.
func (p *program) status(t *testing.T, path string) (int, string) {
	t.Helper()
	response, err := http.Get(p.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// await waits until something holds; a minute is far more than it takes.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

const aQuery = "{ articles(first: 3) { totalCount nodes { title authors { name } } } }"

// TestEmbedded starts the program as a newcomer does, twice on one folder.
func TestEmbedded(t *testing.T) {
	data := t.TempDir()
	for _, again := range []bool{false, true} {
		p := start(t, "--data", data)
		if code := p.ask(t); code != "" {
			t.Errorf("again %t: the first query is answered %s", again, code)
		}
		if status, body := p.status(t, "/readyz"); status != http.StatusOK {
			t.Errorf("again %t: readyz is %d %s", again, status, body)
		}
		if again == strings.Contains(p.log(), "sample content is in") {
			t.Errorf("again %t: the sample goes into an empty store only", again)
		}
		if again == strings.Contains(p.greeting, "one-time password") {
			t.Errorf("again %t: the first administrator is greeted with %q", again, p.greeting)
		}
		p.stop(t)
	}
}

// TestFilesAreOurs sees that nobody else can read the data of the embedded engine, also where another program opened
// the files: when the folder is copied, its own mode doesn't help.
func TestFilesAreOurs(t *testing.T) {
	data := t.TempDir()
	for range 2 {
		p := start(t, "--data", data)
		err := filepath.WalkDir(data, func(path string, file fs.DirEntry, err error) error {
			if err != nil || path == data {
				return err
			}
			info, err := file.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			if err == nil && strings.HasSuffix(path, ".sqlite") {
				err = os.Chmod(path, 0o644)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p.stop(t)
	}
}

// TestOneFolderOneProgram sees that a second program is refused a folder in use.
func TestOneFolderOneProgram(t *testing.T) {
	data := t.TempDir()
	start(t, "--data", data)
	second := exec.Command(os.Args[0], "--listen", "127.0.0.1:0", "--data", data)
	second.Env = append(os.Environ(), "SEN_TEST_MAIN=1")
	out, err := second.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "in use") {
		t.Errorf("the second program says %q, %v", out, err)
	}
}

// stop ends the program as a supervisor does, and sees that it ends well.
func (p *program) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, p.log())
	}
}

// TestGracefulStop sends SIGTERM while a request is on its way in: it is finished.
func TestGracefulStop(t *testing.T) {
	p := start(t, "--data", t.TempDir())
	body := `{"query":"` + aQuery + `"}`
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: sen\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:10]); err != nil {
		t.Fatal(err)
	}
	if code := p.ask(t); code != "" { // by then the other request is surely accepted
		t.Fatal(code)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	await(t, "the program says that it stops", func() bool { return strings.Contains(p.log(), "stopping") })
	if _, err := io.WriteString(conn, body[10:]); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 200") || !strings.Contains(string(answer), `{"data"`) {
		t.Errorf("the running request was answered %s, %v", answer, err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// TestStoreComesAndGoes starts the program before its MongoDB, then stops and
// restarts that while queries run: there is a clear error, and it recovers by itself.
func TestStoreComesAndGoes(t *testing.T) {
	mongod, err := testkit.StartMongod(t.Context(), t.TempDir())
	if errors.Is(err, testkit.ErrNoMongod) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mongod.Remove() })
	if err := mongod.Stop(); err != nil {
		t.Fatal(err)
	}
	p := start(t, "--mongodb-uri", mongod.URI("sen"), "--sample")
	if status, body := p.status(t, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"store":"not ready: `) {
		t.Errorf("without a store readyz is %d %s", status, body)
	}
	if status, _ := p.status(t, "/livez"); status != http.StatusOK {
		t.Errorf("without a store livez is %d", status)
	}
	if code := p.ask(t); code != "UNAVAILABLE" {
		t.Errorf("without a store a query is answered %q", code)
	}
	await(t, "the log says what to do", func() bool { return strings.Contains(p.log(), "is MongoDB running") })

	if err := mongod.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ready := func() bool {
		status, _ := p.status(t, "/readyz")
		return status == http.StatusOK && p.ask(t) == ""
	}
	await(t, "the store is there", ready)

	stop, codes := make(chan struct{}), make(chan map[string]int)
	go func() {
		seen := map[string]int{}
		for {
			select {
			case <-stop:
				codes <- seen
				return
			default:
				seen[p.ask(t)]++
			}
		}
	}()
	if err := mongod.Kill(); err != nil {
		t.Fatal(err)
	}
	await(t, "queries fail", func() bool { return p.ask(t) == "UNAVAILABLE" })
	if err := mongod.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, "the store is back", ready)
	close(stop)
	for code, n := range <-codes {
		if code != "" && code != "UNAVAILABLE" {
			t.Errorf("%d queries were answered %s", n, code)
		}
	}
	p.stop(t)
}
