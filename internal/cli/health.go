package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// healthCommand asks a running server whether it is ready. It is the health check of a container image that has no
// other program, such as curl.
type healthCommand struct {
	Listen string `help:"Address that the server listens on." default:"localhost:8080" env:"SEN_LISTEN"`
}

// Run runs the command.
func (h *healthCommand) Run(ctx context.Context, o output) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.Listen+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("the address %q is not usable: %w", h.Listen, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no server answers: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(o.out, response.Body); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready (status %d)", response.StatusCode)
	}
	return nil
}
