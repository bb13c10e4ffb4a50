package web

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
)

// Listener wraps a TCP listener so that a cached answer is sent by one system call (docs/adr/0017-one-write.md). The
// server must use [ConnContext] as its ConnContext. net/http has no option for this: it writes the header with the
// part of the body that fits into its buffer of 4 KiB, and then the rest. These are two writes, and writes are most
// of the work of sending a cached answer: BenchmarkOneWrite compares both.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept implements [net.Listener].
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &conn{TCPConn: tcp}, err
	}
	return c, err
}

// conn is a connection that can hold data back and send it together with the next write. These are the steps of one
// answer:
//
//  1. writeReady sets holding and copies the body to net/http's ResponseWriter by its ReadFrom.
//  2. net/http writes the header, which Write keeps in held, and then calls ReadFrom with the body.
//  3. ReadFrom clears holding and writes the body, which sends held and the body by one writev.
//  4. release sends what is held if net/http did not call ReadFrom, for example for an answer without a body.
type conn struct {
	*net.TCPConn

	holding bool
	held    []byte
}

// Write implements [io.Writer].
func (c *conn) Write(b []byte) (int, error) {
	if c.holding {
		c.held = append(c.held, b...)
		return len(b), nil
	}
	if len(c.held) == 0 {
		return c.TCPConn.Write(b)
	}
	held := len(c.held)
	both := net.Buffers{c.held, b}
	c.held = c.held[:0]
	n, err := both.WriteTo(c.TCPConn)
	return max(int(n)-held, 0), err
}

// ReadFrom implements [io.ReaderFrom]. net/http calls it with the part of a body that it has not buffered.
func (c *conn) ReadFrom(from io.Reader) (int64, error) {
	c.holding = false
	if ready, ok := from.(io.WriterTo); ok && len(c.held) > 0 {
		return ready.WriteTo(c)
	}
	if err := c.release(); err != nil {
		return 0, err
	}
	return c.TCPConn.ReadFrom(from)
}

// release clears holding and sends what is held.
func (c *conn) release() error {
	c.holding = false
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Write(nil)
	return err
}

type connKey struct{}

// ConnContext lets a handler find the connection of its request. It is a value for the field of this name in
// [http.Server].
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// writeReady sends a body of known length. If the connection comes from [Listener], one write sends the header and
// the body.
func writeReady(w http.ResponseWriter, r *http.Request, body []byte) {
	c, held := r.Context().Value(connKey{}).(*conn)
	from, copies := w.(io.ReaderFrom)
	if !held || !copies {
		_, _ = w.Write(body)
		return
	}
	c.holding = true
	_, _ = from.ReadFrom(bytes.NewReader(body))
	_ = c.release()
}
