package web

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
)

// Listener wraps a TCP listener, so that ready answers leave in one write: net/http alone writes the header with what
// of a body fits into its 4 KiB, and the rest on its own, and a write is what costs most of sending what is known
// (ADR 17). It takes [ConnContext] as the server's.
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

// conn holds what is written to it back while it is told to, and sends it with what comes next.
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

// ReadFrom implements [io.ReaderFrom], which net/http comes to with what it has not copied yet.
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

// release sends what is still held.
func (c *conn) release() error {
	c.holding = false
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Write(nil)
	return err
}

type connKey struct{}

// ConnContext has requests know their connection; it is what [http.Server] asks for under this name.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// writeReady sends a body of known length, in one write with its header where [Listener] accepted the connection.
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
