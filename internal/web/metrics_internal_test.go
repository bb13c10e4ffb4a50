package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sen/internal/testkit"
)

// TestPanicsAreCounted checks that a panic is counted as the response that the client gets.
func TestPanicsAreCounted(t *testing.T) {
	m := NewMetrics()
	// without an executor
	handler := Handler(nil, Options{Metrics: m, MaxBody: 1 << 20, Log: testkit.Log(t), Origins: &Origins{}})
	request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	figures := httptest.NewRecorder()
	m.Handler().ServeHTTP(figures, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body, err := io.ReadAll(figures.Body)
	if err != nil {
		t.Fatal(err)
	}
	if line := `sen_http_request_duration_seconds_count{method="POST",route="/graphql",status="500"} 1`; answer.Code != http.StatusInternalServerError || !strings.Contains(string(body), line) {
		t.Errorf("status %d, and among the figures is no %s", answer.Code, line)
	}
}
