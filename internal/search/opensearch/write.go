package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"sen/internal/content"
	"sen/internal/search"
)

const (
	// batchBytes and batchChanges bound one request that writes. The bytes may be exceeded by one document.
	batchBytes, batchChanges = 2 << 20, 1000
	// writeTimeout bounds one request that writes.
	writeTimeout = 30 * time.Second
)

// action is the line of a change in a bulk request.
type action struct {
	Index       string     `json:"_index"`
	ID          content.ID `json:"_id"`
	Version     int64      `json:"version"`
	VersionType string     `json:"version_type"`
	// Alias makes the request fail if there is no such alias, instead of creating an index.
	Alias bool `json:"require_alias,omitempty"`
}

// source is a document as the server gets it.
type source struct {
	ID        content.ID              `json:"id"`
	Signature string                  `json:"signature"`
	Tokens    map[search.Field]any    `json:"tokens,omitempty"`
	Keys      map[search.Key][]string `json:"keys,omitempty"`
	Times     map[search.Time]int64   `json:"times,omitempty"`
}

// Write applies changes to the index. The changes are idempotent: after an error it may be called again.
func (e *Engine) Write(ctx context.Context, changes []search.Change) error {
	return e.using(ctx, func() error {
		return e.bulk(ctx, changes, "true", func(stage search.Stage) (string, bool) { return e.alias(stage), true })
	})
}

// bulk sends changes to the indexes of their stages, in batches. Refresh says whether each batch waits until searches
// see it.
func (e *Engine) bulk(
	ctx context.Context, changes []search.Change, refresh string, index func(search.Stage) (name string, alias bool),
) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	n := 0
	for i, c := range changes {
		name, alias := index(c.Stage)
		a := action{Index: name, ID: c.ID, Version: c.Version, VersionType: "external_gte", Alias: alias}
		var err error
		if c.Document == nil {
			err = encoder.Encode(map[string]action{"delete": a})
		} else {
			d := c.Document
			err = errors.Join(encoder.Encode(map[string]action{"index": a}),
				encoder.Encode(source{c.ID, d.Signature, tokens(d.Tokens), d.Keys, d.Times}))
		}
		if err != nil {
			return err
		}
		if n++; n < batchChanges && lines.Len() < batchBytes && i < len(changes)-1 {
			continue
		}
		if err := e.batch(ctx, lines.Bytes(), refresh); err != nil {
			return err
		}
		lines.Reset()
		n = 0
	}
	return nil
}

// batch sends one bulk request. A version that is too low, or a removed document that is not there, is no error.
func (e *Engine) batch(ctx context.Context, lines []byte, refresh string) error {
	var answer struct {
		Errors bool `json:"errors"`
		Items  []map[string]struct {
			Status int      `json:"status"`
			Error  *problem `json:"error"`
		} `json:"items"`
	}
	path := "/_bulk?filter_path=errors,items.*.status,items.*.error&refresh=" + refresh
	if err := e.write(ctx, http.MethodPost, path, lines, &answer); err != nil {
		return err
	}
	if !answer.Errors {
		return nil
	}
	for _, item := range answer.Items {
		for _, done := range item {
			if done.Error != nil && done.Status != http.StatusConflict {
				done.Error.Status = done.Status
				return done.Error
			}
		}
	}
	return nil
}

// write sends a request that changes something.
func (e *Engine) write(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return e.client.send(ctx, method, path, body, answer)
}

// tokens returns what is sent for the tokens of each field. The server takes half the time for one long text than for a
// list of as many values.
func tokens(of map[search.Field][]string) map[search.Field]any {
	sent := make(map[search.Field]any, len(of))
	for field, list := range of {
		sent[field] = list
		if slices.Contains(texts, field) {
			sent[field] = strings.Join(list, " ")
		}
	}
	return sent
}
