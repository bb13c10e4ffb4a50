package web_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// BenchmarkOneWrite asks repeatedly for a cached answer of about 6 KB over one connection: with web.Listener, and
// with net/http's own listener.
func BenchmarkOneWrite(b *testing.B) {
	store := testkit.SampleStore(b, testkit.Embedded(b))
	one := testserver.Start(b, store, func(_ *graph.Options, o *web.Options) { o.Answers = web.NewAnswers(store, 1<<24) })
	plain := httptest.NewServer(one.Config.Handler)
	b.Cleanup(plain.Close)
	const request = "GET /graphql?query={articles(first:20){nodes{id,title,lead,path,byline}}} HTTP/1.1\r\nHost: sen\r\n\r\n"
	for name, server := range map[string]*httptest.Server{"web.Listener": one.Server, "net/http": plain} {
		b.Run(name, func(b *testing.B) {
			client, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			answers := bufio.NewReaderSize(client, 1<<16)
			for b.Loop() {
				if _, err := io.WriteString(client, request); err != nil {
					b.Fatal(err)
				}
				response, err := http.ReadResponse(answers, nil)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, response.Body)
				if err != nil || n < 5<<10 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
