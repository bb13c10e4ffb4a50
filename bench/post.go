package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
)

// post sends JSON to a path of a program and returns the answer with its status. secret is a token; with "" the
// request is anonymous. headers are pairs of names and values.
func post(
	ctx context.Context, host, path, secret string, body any, headers ...string,
) (status string, answer []byte, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+host+path, bytes.NewReader(text))
	if err != nil {
		return "", nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if secret != "" {
		request.Header.Set("Authorization", "Bearer "+secret)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	answer, err = io.ReadAll(response.Body)
	return response.Status, answer, err
}

// editorToken runs a program of Sen to create a token of an editor in a store, and returns its secret.
func editorToken(ctx context.Context, program string, place ...string) (secret string, err error) {
	args := append([]string{"token", "create", "--name", "bench", "--role", "editor"}, place...)
	made, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	words := strings.Fields(string(made))
	return words[len(words)-1], nil
}
