package cli_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestMetricsListen checks that --metrics-listen serves the metrics on its own listener, and that no other listener
// serves them.
func TestMetricsListen(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	p := start(t, "--metrics-listen", address)
	for url, status := range map[string]int{
		"http://" + address + "/metrics": http.StatusOK, p.url + "/metrics": http.StatusNotFound,
		"http://" + address + "/graphql": http.StatusNotFound, p.url + "/livez": http.StatusOK,
	} {
		response, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if figures := strings.Contains(string(body), "go_goroutines"); err != nil || response.StatusCode != status ||
			figures != (url == "http://"+address+"/metrics") {
			t.Errorf("%s: status %d, figures %t, %v", url, response.StatusCode, figures, err)
		}
	}
}
