package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// operation is something that a client asks for.
type operation struct {
	name      string
	query     string
	variables map[string]any
}

// request is the operation as the bytes of an HTTP request. The client below writes
// them as they are: net/http's own client would cost more than the server.
func (o operation) request(host string) []byte {
	body, err := json.Marshal(map[string]any{"query": o.query, "variables": o.variables})
	if err != nil {
		panic(err) // the operations are constants
	}
	return fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Operation: %s\r\nContent-Length: %d\r\n\r\n%s", host, o.name, len(body), body)
}

// client is one keep-alive connection.
type client struct {
	conn net.Conn
	r    *bufio.Reader
}

func dial(ctx context.Context, host string) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	return &client{conn, bufio.NewReaderSize(conn, 64<<10)}, nil
}

// do sends a request and reads its answer whole.
func (c *client) do(request []byte) ([]byte, error) {
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	status, err := c.r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	length := -1
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return nil, errors.New("the answer has no Content-Length")
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(c.r, body); err != nil {
		return nil, err
	}
	if !strings.Contains(status, " 200 ") || bytes.Contains(body[:min(len(body), 20)], []byte(`"errors"`)) {
		return nil, fmt.Errorf("answered %s %s", strings.TrimSpace(status), body[:min(len(body), 300)])
	}
	return body, nil
}

// result is what a load measured.
type result struct {
	perSecond float64
	p50, p99  time.Duration
}

// load asks for one operation by several clients at once, each as fast as it is answered.
func load(ctx context.Context, host string, request []byte, clients int, during time.Duration) (result, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wg sync.WaitGroup
	start := time.Now()
	for range clients {
		wg.Go(func() {
			took, err := one(ctx, host, request, start.Add(during))
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	elapsed := time.Since(start)
	if failed != nil {
		return result{}, failed
	}
	slices.Sort(all)
	return result{float64(len(all)) / elapsed.Seconds(), all[len(all)/2], all[len(all)*99/100]}, nil
}

func one(ctx context.Context, host string, request []byte, until time.Time) (took []time.Duration, err error) {
	c, err := dial(ctx, host)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.conn.Close()) }()
	for time.Now().Before(until) {
		begin := time.Now()
		if _, err := c.do(request); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin))
	}
	return took, nil
}
