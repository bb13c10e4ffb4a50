package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// serveStatic is the first baseline: net/http that writes constant bytes.
func serveStatic(ctx context.Context, dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	answers := map[string][]byte{}
	for _, f := range files {
		if answers[f.Name()], err = os.ReadFile(filepath.Join(dir, f.Name())); err != nil {
			return err
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/graphql", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		deliver(w, answers[r.Header.Get("X-Operation")])
	})
	return serve(ctx, mux)
}

// deliver writes an answer as JSON.
func deliver(w http.ResponseWriter, body []byte) {
	h := w.Header()
	h["Content-Type"] = mediaJSON
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	_, _ = w.Write(body)
}

var mediaJSON = []string{"application/json; charset=utf-8"}

// serve runs a baseline until the context ends, with the metrics of its process, and prints its address.
func serve(ctx context.Context, mux *http.ServeMux) error {
	mux.Handle("/metrics", promhttp.Handler())
	mux.HandleFunc("/readyz", func(http.ResponseWriter, *http.Request) {})
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("Listening on", listener.Addr())
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: mux}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
