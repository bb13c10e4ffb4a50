package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// client is one keep-alive connection.
type client struct {
	conn net.Conn
	r    *bufio.Reader
	body []byte
}

func dial(ctx context.Context, host string) (*client, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, r: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// do sends a request and reads the whole answer. The body is valid until the next call.
func (c *client) do(request []byte) ([]byte, error) {
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	refused := ""
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
		refused = string(bytes.TrimSpace(line))
	}
	length := -1
	for len(line) > 0 {
		if line, err = c.r.ReadSlice('\n'); err != nil {
			return nil, err
		}
		line = bytes.TrimSpace(line)
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return nil, errors.New("the answer has no Content-Length")
	}
	c.body = slices.Grow(c.body[:0], length)[:length]
	if _, err := io.ReadFull(c.r, c.body); err != nil {
		return nil, err
	}
	if refused != "" || bytes.HasPrefix(c.body, []byte(`{"errors"`)) {
		return nil, fmt.Errorf("answered %s %s", refused, c.body[:min(length, 300)])
	}
	return c.body, nil
}

// ask sends one request over a new connection.
func ask(ctx context.Context, host string, r request) (body []byte, err error) {
	c, err := dial(ctx, host)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.conn.Close()) }()
	return c.do(r.next(bytes.Clone(r.bytes)))
}

// result is what the clients measured during a load.
type result struct {
	requests  int
	perSecond float64
	p50, p99  time.Duration
}

// load sends the same request from several clients at once. Each client sends again as soon as it has the answer.
// With a pace, all clients together send at most that many requests a second.
func load(
	ctx context.Context, host string, r request, clients int, during time.Duration, pace float64,
) (result, error) {
	connections := make([]*client, clients)
	for i := range connections {
		c, err := dial(ctx, host)
		if err != nil {
			return result{}, err
		}
		defer func() { _ = c.conn.Close() }()
		connections[i] = c
	}
	var gap time.Duration
	if pace > 0 {
		gap = time.Duration(float64(clients) / pace * float64(time.Second))
	}
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wg sync.WaitGroup
	start := time.Now()
	for _, c := range connections {
		wg.Go(func() {
			took, err := c.repeat(r, start, during, gap)
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
	return result{len(all), float64(len(all)) / elapsed.Seconds(), all[len(all)/2], all[len(all)*99/100]}, nil
}

// repeat sends until the time is over, and at least once. A client that is behind its pace sends at once.
func (c *client) repeat(r request, start time.Time, during, gap time.Duration) (took []time.Duration, err error) {
	own := bytes.Clone(r.bytes)
	for begin := start; begin.Before(start.Add(during)) || len(took) == 0; begin = time.Now() {
		if due := start.Add(time.Duration(len(took)) * gap); due.After(begin) {
			time.Sleep(due.Sub(begin))
			begin = time.Now()
		}
		if _, err := c.do(r.next(own)); err != nil {
			return nil, err
		}
		took = append(took, time.Since(begin))
	}
	return took, nil
}
