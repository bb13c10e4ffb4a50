package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sen/internal/testkit"
)

// TestPanicsAreCounted has a handler panic: it is counted as what the client is answered.
func TestPanicsAreCounted(t *testing.T) {
	m := NewMetrics()
	handler := recovered(testkit.Log(t), m.timed("/graphql", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("on purpose") })))
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/graphql", nil))
	figures := httptest.NewRecorder()
	m.handler().ServeHTTP(figures, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(figures.Body)
	if err != nil {
		t.Fatal(err)
	}
	if line := `sen_http_request_duration_seconds_count{method="POST",route="/graphql",status="500"} 1`; answer.Code != http.StatusInternalServerError || !strings.Contains(string(body), line) {
		t.Errorf("status %d, and among the figures is no %s", answer.Code, line)
	}
}
