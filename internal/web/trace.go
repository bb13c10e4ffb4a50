package web

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"sen/internal/content"
)

// traced makes a span of each request of a route, below the span that the client names in the header traceparent. The
// span contains no text that a client sent; this is why otelhttp is not used. If provider is nil, it does nothing.
func traced(provider trace.TracerProvider, route string, next http.Handler) http.Handler {
	if provider == nil {
		return next
	}
	tracer := provider.Tracer("sen")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, method := "HTTP", semconv.HTTPRequestMethodOther
		if methods[r.Method] {
			name, method = r.Method, semconv.HTTPRequestMethodKey.String(r.Method)
		}
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := tracer.Start(ctx, name+" "+route, trace.WithSpanKind(trace.SpanKindServer),
			trace.WithAttributes(method, semconv.HTTPRoute(route)))
		defer span.End()
		watched := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(watched, r.WithContext(ctx))
		span.SetAttributes(semconv.HTTPResponseStatusCode(watched.status))
		if watched.status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
	})
}

// startOperation starts the span of an operation if its request is traced; otherwise it returns a span that does
// nothing. The span begins when the document began to be read.
func startOperation(ctx context.Context, op *graphql.OperationContext) (context.Context, trace.Span) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, parent
	}
	kind := string(op.Operation.Operation)
	ctx, span := parent.TracerProvider().Tracer("sen").Start(ctx, kind, trace.WithTimestamp(op.Stats.OperationStart),
		trace.WithAttributes(semconv.GraphQLOperationTypeKey.String(kind)))
	if name := operationName(op); name != "" {
		span.SetAttributes(semconv.GraphQLOperationName(name))
	}
	return ctx, span
}

// endOperation ends the span of an operation. Errors of the client do not mark the span as failed.
func endOperation(span trace.Span, response *graphql.Response) {
	if response == nil { // the context ended before the operation
		span.SetStatus(codes.Error, string(content.CodeUnavailable))
	} else if len(response.Errors) > 0 {
		code, _ := response.Errors[0].Extensions["code"].(string)
		span.SetAttributes(semconv.ErrorTypeKey.String(code))
		if code == string(content.CodeInternal) || code == string(content.CodeUnavailable) {
			span.SetStatus(codes.Error, code)
		}
	}
	span.End()
}

// maxOperationName is how many bytes of an operation's name are shown: letters, digits and underscores.
const maxOperationName = 64

// operationName returns the name of an operation, truncated if it is too long.
func operationName(op *graphql.OperationContext) string {
	name := op.Operation.Name
	return name[:min(len(name), maxOperationName)]
}
