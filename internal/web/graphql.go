package web

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/documents"
	"sen/internal/auth"
	"sen/internal/cache"
	"sen/internal/content"
)

// graphQL serves GraphQL over HTTP, by GET and POST, according to the GraphQL over HTTP specification
// (graphql.github.io/graphql-over-http). It does not use gqlgen's transports, because no option makes them follow the
// specification; see docs/adr/0002.
type graphQL struct {
	operations
	persisted persisted
	maxBody   int64
	maxUpload int64
	timeout   time.Duration
	// answers is the cache of answers to anonymous clients. sharedMaxAge is how long HTTP caches may store such an
	// answer.
	answers      *cache.Answers
	sharedMaxAge time.Duration
	rate         *rateLimit
	admission    *admission
	outgoing     *outgoing
	// prepared reports whether the store has the content of the site; until then no answer is cached.
	prepared func() bool
}

// maxErrors is the largest number of errors in an answer; more would only make it large.
const maxErrors = 10

// preflights has the request headers that no browser sends to another site without a preflight request. One of them
// must be set to a value that is not empty.
var preflights = []string{"Apollo-Require-Preflight", "X-Apollo-Operation-Name", "Graphql-Require-Preflight"}

// ServeHTTP refuses requests that can't be executed, waits for admission, and runs the operation.
func (g *graphQL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := g.begin(w, r)
	if bad := g.acceptable(answer); bad != nil {
		answer.refuse(bad.status, bad.said)
		return
	}
	params, cleanup, bad := g.params(answer) //nolint:contextcheck // the answer has the request
	defer cleanup()
	if refused := badSecretOf(r.Context()); refused != nil && (bad != nil || !mayBeSessionMutation(params.Query)) {
		refuseClient(w, r, g.languages, content.CodeOf(refused), refused)
		return
	}
	if bad != nil {
		if bad.status == 0 {
			bad.status = answer.requestError()
		}
		answer.refuse(bad.status, bad.said)
		return
	}
	params.Headers = r.Header
	places, ok := g.admission.admit(r.Context())
	if !ok {
		answer.busy(content.Errorf(content.CodeUnavailable, "Too much is asked for at once. Try again in a moment."))
		return
	}
	defer places.release()
	g.run(documents.WithReadCost(r.Context(), answer.readCost), answer, params, places)
}

// begin sets the header fields that every answer has, and negotiates the media type.
func (g *graphQL) begin(w http.ResponseWriter, r *http.Request) *answer {
	h := w.Header()
	h["X-Content-Type-Options"], h["Cache-Control"] = noSniff, noStore
	h.Add("Vary", "Accept, Sen-Locale, Sen-Stage")
	if auth.ActorOf(r.Context()) != nil {
		h.Set("Cache-Control", "private, no-store")
	}
	return &answer{w: w, r: r, mediaType: negotiate(r.Header.Values("Accept")), languages: g.languages}
}

// acceptable charges the request to the client's rate limit. It returns a refusal if the limit is exceeded, or if the
// header Accept names no media type that we have.
func (g *graphQL) acceptable(answer *answer) *refusal {
	accepted := answer.mediaType != ""
	if !accepted {
		answer.mediaType = mediaJSON
	}
	if bad := g.rate.take(answer.w.Header(), answer.r, 1); bad != nil { // the lowest cost of a request
		return bad
	}
	if !accepted {
		return refused(http.StatusNotAcceptable, content.CodeBadUserInput,
			"The answer comes as application/graphql-response+json or application/json; Accept names neither.")
	}
	return nil
}

// run executes an operation and writes its answer. It releases the operation's places before it writes, so that a slow
// reader does not block other operations.
func (g *graphQL) run(ctx context.Context, answer *answer, params *rawParams, places *admitted) {
	ctx, op, ok := g.operation(ctx, answer, params)
	if !ok {
		return
	}
	places.costs(documents.CostOf(op).Requested)
	g.persisted.keep(params)
	key, shared := g.sharing(ctx, op, answer, params)
	limit := g.timeLimit(op)
	if limit > g.timeout {
		// A test's recorder has no deadlines.
		_ = http.NewResponseController(answer.w).SetWriteDeadline(time.Now().Add(limit + writeTime))
	}
	execute := func(ctx context.Context) *cache.Answer { return g.execute(ctx, op, limit, answer.mediaType, shared) }
	var done *cache.Answer
	if !shared {
		done = execute(ctx)
	} else if done = g.answers.Get(key); done == nil {
		done = g.answers.Fill(ctx, key, execute)
	}
	places.release()
	sent, ok := g.outgoing.take(ctx, len(done.Body))
	if !ok {
		answer.busy(content.Errorf(content.CodeUnavailable,
			"Too many large answers are on their way. Try again in a moment."))
		return
	}
	defer sent()
	g.write(ctx, answer, done, shared)
}

// operation parses and validates an operation and computes its cost. It returns a context for it. If it returns
// false, it has already answered the request.
func (g *graphQL) operation(ctx context.Context, answer *answer, params *rawParams) (
	_ context.Context, op *graphql.OperationContext, ok bool,
) {
	if answer.r.Method != http.MethodPost {
		ctx = documents.ReadOnly(ctx)
	}
	now := graphql.Now()
	params.ReadTime = graphql.TraceTiming{Start: now, End: now}
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := g.exec.CreateOperationContext(ctx, &params.RawParams)
	if refused := badSecretOf(ctx); refused != nil && (errs != nil || !isSessionMutation(op)) {
		refuseClient(answer.w, answer.r, g.languages, content.CodeOf(refused), refused)
		return ctx, op, false
	}
	if errs != nil {
		answer.write(answer.statusOf(errs), g.exec.DispatchError(graphql.WithOperationContext(ctx, op), errs), false)
		return ctx, op, false
	}
	if bad := g.rate.take(answer.w.Header(), answer.r, documents.CostOf(op).Requested-1-answer.readCost); bad != nil {
		answer.refuse(bad.status, bad.said)
		return ctx, op, false
	}
	return ctx, op, true
}

// statusOf returns the status of an answer to an operation that is not executed. If the method is wrong, it sets the
// header Allow.
func (a *answer) statusOf(errs gqlerror.List) int {
	switch code, _ := errs[0].Extensions["code"].(string); {
	case errs[0] == documents.ErrReadOnly:
		a.w.Header().Set("Allow", "POST")
		return http.StatusMethodNotAllowed
	case code == string(content.CodeTooLarge):
		return http.StatusRequestEntityTooLarge
	}
	return a.requestError()
}

// sharing reports whether the answer to an operation may be given to other anonymous clients, and under which key it
// is cached. An answer to a POST request is stored only by our own cache.
func (g *graphQL) sharing(
	ctx context.Context, op *graphql.OperationContext, answer *answer, params *rawParams,
) (cache.Key, bool) {
	key, ok := operationKey(op, &params.RawParams, answer.mediaType)
	cacheable := g.answers != nil || answer.r.Method != http.MethodPost
	return key, ok && cacheable && g.prepared() && auth.ActorOf(ctx) == nil && isPublic(params.Headers)
}

// write sends the answer of an operation. It also caches a shared answer under the bytes of the request.
func (g *graphQL) write(ctx context.Context, answer *answer, done *cache.Answer, shared bool) {
	if done.Status == http.StatusServiceUnavailable {
		answer.w.Header().Set("Retry-After", "1")
		answer.w.Header().Set("Cache-Control", "no-store")
	}
	if sent, ok := sentOf(ctx); ok && shared {
		g.answers.Keep(sent.key, done)
	}
	if !shared || done.Header == nil {
		answer.send(done.Status, done.Body)
		return
	}
	deliver(answer.w, answer.r, done)
}
