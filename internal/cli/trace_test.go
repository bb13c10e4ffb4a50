package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// TestTraces starts the program with a collector, and checks that its spans arrive before the program ends.
func TestTraces(t *testing.T) {
	services, names := map[string]bool{}, map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var sent collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &sent)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s %v", r.URL.Path, err)
		}
		for _, resource := range sent.ResourceSpans {
			for _, a := range resource.Resource.Attributes {
				services[a.Key+"="+a.Value.GetStringValue()] = true
			}
			for _, scope := range resource.ScopeSpans {
				for _, span := range scope.Spans {
					names[span.Name] = true
				}
			}
		}
	}))
	p := start(t, "--data", t.TempDir(), "--trace-endpoint", server.URL+"/")
	if code := p.ask(t); code != "" {
		t.Fatal(code)
	}
	p.stop(t)
	server.Close() // waits for running requests
	if !services["service.name=sen"] {
		t.Errorf("the spans come from %v", services)
	}
	for _, name := range []string{"POST /graphql", "query", "find articles"} {
		if !names[name] {
			t.Errorf("no span %s among %v", name, names)
		}
	}
}
