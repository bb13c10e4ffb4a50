package cli

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// flushTime bounds the time for sending the last spans to the collector.
const flushTime = 5 * time.Second

// tracing returns a tracer that sends spans to a collector; flush sends the last ones. Without a collector nothing is
// traced. It does not set OpenTelemetry's global provider, because then the embedded engine would send its own spans
// too.
func tracing(
	ctx context.Context, collector string, log *slog.Logger,
) (tracer trace.TracerProvider, flush func(), err error) {
	if collector == "" {
		return nil, func() {}, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(collector, "/")+"/v1/traces"))
	if err != nil {
		return nil, nil, fmt.Errorf("--trace-endpoint: %w", err)
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(semconv.ServiceName("sen")),
		resource.WithFromEnv())
	if err != nil {
		return nil, nil, fmt.Errorf("the OTEL_ variables: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.WarnContext(ctx, "traces could not be sent", "err", err)
	}))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return provider, func() {
		flushing, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
		defer cancel()
		if err := provider.Shutdown(flushing); err != nil {
			log.WarnContext(flushing, "the last traces could not be sent", "err", err)
		}
	}, nil
}
