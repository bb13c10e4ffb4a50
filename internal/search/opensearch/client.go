package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	connectTimeout = time.Second
	// answerBytes bounds an answer of the server.
	answerBytes = 64 << 20
)

// errMissing means that an index or an alias does not exist.
var errMissing = errors.New("no such index")

// client sends requests to a server.
type client struct {
	http           *http.Client
	address        string
	user, password string
}

// problem is the error that a server reports.
type problem struct {
	Status int    `json:"-"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

func (p *problem) Error() string {
	return fmt.Sprintf("OpenSearch answers %d: %s: %s", p.Status, p.Type, p.Reason)
}

// Unwrap returns the kind of the error.
func (p *problem) Unwrap() error {
	switch p.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return ErrRefused
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return ErrUnavailable
	case http.StatusNotFound:
		return errMissing
	}
	return nil
}

// send sends a request and decodes the answer, if answer is not nil. The body is sent as it is if it consists of
// bytes, or else as JSON; nil for none.
func (c *client) send(ctx context.Context, method, path string, body, answer any) error {
	text, lines := body.([]byte)
	if body != nil && !lines {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.address+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if lines {
		r.Header.Set("Content-Type", "application/x-ndjson")
	}
	// Each request may be sent again if the server closed the connection; an empty value is not sent as a header.
	r.Header["Idempotency-Key"] = nil
	if c.user != "" {
		r.SetBasicAuth(c.user, c.password)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return unavailable(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err = io.ReadAll(io.LimitReader(response.Body, answerBytes+1))
	if err != nil {
		return unavailable(ctx, err)
	}
	if len(text) > answerBytes {
		return errors.New("the answer of OpenSearch is too long")
	}
	if response.StatusCode >= 300 {
		return failure(response.StatusCode, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// unavailable wraps the error of a connection. An error of a caller that canceled its request stays what it is.
func unavailable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// failure returns the error that an answer reports. An answer that is not JSON comes from a proxy; its text is left
// out.
func failure(status int, text []byte) error {
	p := &problem{}
	var answer struct{ Error json.RawMessage }
	if json.Unmarshal(text, &answer) != nil || json.Unmarshal(answer.Error, p) != nil {
		p = &problem{Type: http.StatusText(status), Reason: "no reason"}
	}
	p.Status = status
	return p
}
