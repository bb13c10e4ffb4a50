package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/go-cmp/cmp"
)

// askData sends a request once and decodes the data of the answer.
func askData(ctx context.Context, host string, r request, into any) error {
	body, err := ask(ctx, host, r)
	if err != nil {
		return err
	}
	var answer struct{ Data json.RawMessage }
	if err := json.Unmarshal(body, &answer); err != nil {
		return err
	}
	return json.Unmarshal(answer.Data, into)
}

// equal checks that several hosts return the same content for an operation, ignoring white space and the order of
// members, and that the content is not empty. Each host is asked twice, because the cached answer must be the same
// too.
func equal(ctx context.Context, o operation, targets []*target) error {
	var first any
	for i, t := range targets {
		for range 2 {
			var data any
			if err := askData(ctx, t.host(), t.asks(o, t.host()), &data); err != nil {
				return fmt.Errorf("%s of %s: %w", o.name, t.name, err)
			}
			if empty(data) {
				return fmt.Errorf("%s of %s has nothing in it", o.name, t.name)
			}
			if i == 0 {
				first = data
			}
			if diff := cmp.Diff(first, data); diff != "" {
				return fmt.Errorf("%s: %s (-) and %s (+) don't give the same content:\n%s", o.name, targets[0].name, t.name,
					diff[:min(len(diff), 4000)])
			}
		}
	}
	return nil
}

// empty reports whether a value has an empty list, or an empty object below the first level.
func empty(data any) bool {
	switch v := data.(type) {
	case nil:
		return true
	case []any:
		for _, one := range v {
			if empty(one) {
				return true
			}
		}
		return len(v) == 0
	case map[string]any:
		for _, one := range v {
			if empty(one) {
				return true
			}
		}
		return len(v) == 0
	}
	return false
}
