package web_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// TestOneWrite counts the TCP segments of cached answers. Each answer has one segment, which on loopback is one
// write, whatever its size and the number of requests at once.
func TestOneWrite(t *testing.T) {
	store := testkit.AnySample(t)
	server := testserver.Start(t, store, func(_ *graph.Options, o *web.Options) {
		o.Answers, o.Metrics = web.NewAnswers(store, 1<<24), web.NewMetrics()
	})
	tcp, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tcp.Close() }()
	answers := bufio.NewReader(tcp)
	asked := func(request string, times int) (body string, segments uint32) {
		t.Helper()
		before := segmentsIn(t, tcp)
		if _, err := io.WriteString(tcp, strings.Repeat(request, times)); err != nil {
			t.Fatal(err)
		}
		method, _, _ := strings.Cut(request, " ")
		for range times {
			response, err := http.ReadResponse(answers, &http.Request{Method: method})
			if err != nil {
				t.Fatal(err)
			}
			read, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode >= http.StatusBadRequest {
				t.Fatalf("%s: %v", response.Status, err)
			}
			body = string(read)
		}
		return body, segmentsIn(t, tcp) - before
	}
	for _, ask := range []struct {
		what, request string
		least, most   int // bytes of the body
	}{
		{
			"large", "GET /graphql?query={articles(first:20){nodes{id,title,lead,path,byline}}} HTTP/1.1\r\nHost: sen\r\n\r\n",
			5 << 10, 1 << 14,
		},
		{"small", "GET /graphql?query={__typename} HTTP/1.1\r\nHost: sen\r\n\r\n", 1, 511},
		{
			"head", "HEAD /graphql?query={articles(first:20){nodes{id,title,lead,path,byline}}} HTTP/1.1\r\nHost: sen\r\n\r\n",
			0, 0,
		},
		{
			"compressed",
			"GET /graphql?query={articles(first:20){nodes{id,title,lead,path,byline}}} HTTP/1.1\r\nHost: sen\r\nAccept-Encoding: gzip\r\n\r\n", 1 << 10, 8 << 10,
		},
	} {
		asked(ask.request, 1)
		first, _ := asked(ask.request, 1) // from now on it is cached by its bytes
		if len(first) < ask.least || len(first) > ask.most {
			t.Errorf("%s: an answer of %d bytes", ask.what, len(first))
		}
		for _, times := range []int{1, 3} {
			if again, segments := asked(ask.request, times); again != first || segments > uint32(times) {
				t.Errorf("%s: %d cached answers came in %d segments", ask.what, times, segments)
			}
		}
	}
}

// segmentsIn returns the number of segments with data that a connection has received.
func segmentsIn(t *testing.T, c net.Conn) (n uint32) {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var info *unix.TCPInfo
	if controlErr := raw.Control(func(fd uintptr) {
		info,
			err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	}); controlErr != nil || err != nil {
		t.Fatal(controlErr, err)
	}
	return info.Data_segs_in
}
