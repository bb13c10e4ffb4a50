package web_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sen/graph"
	"sen/internal/testkit"
	"sen/internal/testkit/testserver"
	"sen/internal/web"
)

// TestReaderThatDoesNotRead asks for large answers, cached and not cached, and does not read them: the server ends the
// connection after its time limit for writing, so that nobody can hold its memory for longer.
func TestReaderThatDoesNotRead(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e testkit.Engine) {
		store := testkit.SampleStore(t, e)
		testkit.Follow(t, store)
		whole := testserver.Start(t, store,
			func(_ *graph.Options, o *web.Options) { o.Answers = web.NewAnswers(store, 1<<24) })
		field := "articles(first:20){nodes{id,title,lead,path,byline,body{html}}}"
		for name, query := range map[string]string{
			"cached":     "{" + field + "}",
			"not cached": "{" + field + ",viewer{name}}",
		} {
			server := httptest.NewUnstartedServer(whole.Config.Handler)
			server.Listener = web.Listener(server.Listener)
			server.Config.ConnContext, server.Config.WriteTimeout = web.ConnContext, time.Second
			ended := make(chan struct{})
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateClosed {
					close(ended)
				}
			}
			server.Start()
			t.Cleanup(server.Close)
			client, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			if err := client.(*net.TCPConn).SetReadBuffer(4096); err != nil {
				t.Fatal(err)
			}
			go func() { // more than the system buffers
				_, _ = io.WriteString(client, strings.Repeat("GET /graphql?query="+query+" HTTP/1.1\r\nHost: sen\r\n\r\n", 5000))
			}()
			select {
			case <-ended:
			case <-time.After(2 * time.Minute):
				t.Errorf("%s: who does not read is not cut", name)
			}
			_ = client.Close()
		}
	})
}
