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

// TestMain makes the test binary run as the program itself, for scripts and for processes.
func TestMain(m *testing.M) {
	if os.Getenv("SEN_TEST_MAIN") == "1" {
		sen()
	}
	testscript.Main(m, map[string]func(){"sen": sen})
}

// TestScripts runs the scripts of testdata, with commands as a person types them.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata"})
}

// program is the program running as a separate process.
type program struct {
	cmd *exec.Cmd
	url string
	// greeting is what it printed before that.
	greeting string

	mu     sync.Mutex
	stderr bytes.Buffer
}

// start starts the program and waits until it prints its address. It has no deadline of its own, because other tests
// run at the same time and slow it down.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(os.Args[0],
		append([]string{"--listen", "127.0.0.1:0", "--timeout", "1m"}, args...)...)}
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

// Write collects the log of the program.
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

// ask sends the query and returns the code of its first error, or "" if there is none.
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

// status returns the HTTP status and the body of a path.
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

// await waits at most a minute until a condition holds; usually it takes far less.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("a minute has passed, and this does not hold: %s", what)
		case <-tick.C:
		}
	}
}

const aQuery = "{ articles(first: 3) { totalCount nodes { title authors { name } } } }"

// TestEmbedded starts the program without settings, twice on one folder.
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

// TestFilesAreOurs checks that no other user can read the files of the embedded engine, even if their mode was
// changed before. The mode of the folder is not enough, because it does not protect copies of the folder.
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

// TestOneFolderOneProgram checks that a second program can't open a folder that is in use.
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

// stop sends SIGTERM as a supervisor does, and checks that the program exits with status 0.
func (p *program) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, p.log())
	}
}

// TestGracefulStop sends SIGTERM while a request is being received. The request must be answered.
func TestGracefulStop(t *testing.T) {
	p := start(t, "--data", t.TempDir())
	body := `{"query":"` + aQuery + `"}`
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn,
		"POST /graphql HTTP/1.1\r\nHost: sen\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body),
		body[:10]); err != nil {
		t.Fatal(err)
	}
	if code := p.ask(t); code != "" { // after this answer the other connection is accepted, too
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

// TestStoreComesAndGoes starts the program without its MongoDB, then starts, kills and restarts the MongoDB while
// queries run. Queries must fail with a clear error, and the program must recover by itself.
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
	if status, body := p.status(t, "/readyz"); status != http.StatusServiceUnavailable ||
		!strings.Contains(body, `"store":"not ready: `) {
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
