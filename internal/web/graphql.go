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

// graphQL serves GraphQL over HTTP, by GET and POST, as the specification of that
// name has it (graphql.github.io/graphql-over-http). It is our own because gqlgen's
// transports miss the specification in ways that no option mends; see docs/adr/0002.
type graphQL struct {
	operations
	persisted persisted
	maxBody   int64
	maxUpload int64
	timeout   time.Duration
	// answers are kept for strangers, and by caches in front for so long.
	answers      *cache.Answers
	sharedMaxAge time.Duration
	rate         *rateLimit
	admission    *admission
	outgoing     *outgoing
	// prepared tells whether what is in the store is the site: until then no answer is kept.
	prepared func() bool
}

// maxErrors is how many errors an answer lists; the rest would only make it large.
const maxErrors = 10

// preflights are the headers of which any, not empty, shows that a browser asked
// before it sent the request from another site.
var preflights = []string{"Apollo-Require-Preflight", "X-Apollo-Operation-Name", "Graphql-Require-Preflight"}

// ServeHTTP refuses what can't be executed, waits for admission, and runs the operation.
func (g *graphQL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := g.begin(w, r)
	if bad := g.acceptable(answer); bad != nil {
		answer.refuse(bad.status, bad.said)
		return
	}
	params, cleanup, bad := g.params(answer)
	defer cleanup()
	if refused := refusedOf(r.Context()); refused != nil && (bad != nil || !mayBeSigning(params.Query)) {
		refuseVisitor(w, r, g.languages, content.CodeOf(refused), refused)
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
	release, ok := g.admission.admit(r.Context())
	if !ok {
		answer.busy(content.Errorf(content.CodeUnavailable, "Too much is asked for at once. Try again in a moment."))
		return
	}
	defer release()
	g.run(documents.WithReadCost(r.Context(), answer.readCost), answer, params, release)
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

// acceptable counts the request and tells why it is not read: the client's rate limit, or a media type that Accept
// names and we don't have.
func (g *graphQL) acceptable(answer *answer) *refusal {
	accepted := answer.mediaType != ""
	if !accepted {
		answer.mediaType = mediaJSON
	}
	if bad := g.rate.take(answer.w.Header(), answer.r, 1); bad != nil { // the least that a request costs
		return bad
	}
	if !accepted {
		return refused(http.StatusNotAcceptable, content.CodeBadUserInput,
			"The answer comes as application/graphql-response+json or application/json; Accept names neither.")
	}
	return nil
}

// run executes an operation and writes its answer. It releases the place of the operation before it writes, so that a
// slow reader keeps nobody waiting.
func (g *graphQL) run(ctx context.Context, answer *answer, params *rawParams, release func()) {
	ctx, op, ok := g.operation(ctx, answer, params)
	if !ok {
		return
	}
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
	release()
	sent, ok := g.outgoing.take(ctx, len(done.Body))
	if !ok {
		answer.busy(content.Errorf(content.CodeUnavailable,
			"Too many large answers are on their way. Try again in a moment."))
		return
	}
	defer sent()
	g.write(ctx, answer, done, shared)
}

// operation parses and validates an operation and counts its cost, in a context of its own. If it is not ok, the
// request has its answer.
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
	if refused := refusedOf(ctx); refused != nil && (errs != nil || !signing(op)) {
		refuseVisitor(answer.w, answer.r, g.languages, content.CodeOf(refused), refused)
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

// statusOf is the status of an answer to an operation that is not executed; it says which method would do.
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

// sharing tells whether the answer to an operation may be given to others who are not signed in, and under which key it
// is cached. By POST only our own cache keeps it.
func (g *graphQL) sharing(
	ctx context.Context, op *graphql.OperationContext, answer *answer, params *rawParams,
) (cache.Key, bool) {
	key, ok := operationKey(op, &params.RawParams, answer.mediaType)
	kept := g.answers != nil || answer.r.Method != http.MethodPost
	return key, ok && kept && g.prepared() && auth.ActorOf(ctx) == nil && isPublic(params.Headers)
}

// write sends what an operation answered. An answer that may be shared is also cached under the bytes of the request.
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
