package testkit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// OpenSearchServer is a real OpenSearch server on this machine with a folder of its own.
type OpenSearchServer struct{ process }

// ErrNoOpenSearch means that SEN_OPENSEARCH is not set.
var ErrNoOpenSearch = errors.New("SEN_OPENSEARCH names no OpenSearch; `make test` fetches one (scripts/opensearch)")

// openSearchStart bounds the time until a started server is ready.
const openSearchStart = 90 * time.Second

// StartOpenSearch starts the server that SEN_OPENSEARCH names, on a free port and in a new folder below dir. It waits
// until the server is ready.
func StartOpenSearch(ctx context.Context, dir string) (*OpenSearchServer, error) {
	launcher := os.Getenv("SEN_OPENSEARCH")
	if launcher == "" {
		return nil, ErrNoOpenSearch
	}
	p, err := newProcess(launcher, dir)
	if err != nil {
		return nil, err
	}
	s := &OpenSearchServer{p}
	if err := s.Start(ctx); err != nil {
		return nil, errors.Join(err, s.Remove())
	}
	return s, nil
}

// URL returns the address of the server.
func (s *OpenSearchServer) URL() string { return "http://" + s.address() }

// Start starts a stopped server on the same folder and port. It waits until all its indexes can be searched.
func (s *OpenSearchServer) Start(ctx context.Context) error {
	if err := s.launch(ctx, s.dir, fmt.Sprint(s.port)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, openSearchStart)
	defer cancel()
	for {
		err := s.ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("OpenSearch on port %d did not start: %w", s.port, err), s.logged())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ready asks whether the health of the server is yellow or green.
func (s *OpenSearchServer) ready(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet,
		s.URL()+"/_cluster/health?wait_for_status=yellow&timeout=5s", http.NoBody)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Status)
	}
	return nil
}

// shared is the server of [OpenSearch].
var shared struct {
	sync.Mutex
	server *OpenSearchServer
	err    error
}

// OpenSearch returns a server that all tests of a package share; a test uses names of its own on it, and starts it
// again if it stops it. Without SEN_OPENSEARCH the test is skipped, and fails if SEN_REQUIRE_BOTH_ENGINES is 1. The
// package's TestMain calls [Main].
func OpenSearch(t testing.TB) *OpenSearchServer {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = StartOpenSearch(context.Background(), "")
	}
	if errors.Is(shared.err, ErrNoOpenSearch) && os.Getenv("SEN_REQUIRE_BOTH_ENGINES") != "1" {
		t.Skip(shared.err)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	recordEngine(t, "opensearch")
	return shared.server
}

// Main runs the tests of a package, and removes the server that [OpenSearch] started. It returns the exit status.
func Main(m *testing.M) int {
	status := m.Run()
	if shared.server == nil {
		return status
	}
	if err := shared.server.Remove(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "remove OpenSearch:", err)
		return max(status, 1)
	}
	return status
}
