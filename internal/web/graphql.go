package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph"
	"sen/internal/auth"
	"sen/internal/cache"
	"sen/internal/content"
	"sen/internal/engine"
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
	turns        *turns
	outgoing     *outgoing
	// languages are those of the site.
	languages func() content.Languages
	// prepared tells whether what is in the store is the site: until then no answer is kept.
	prepared func() bool
	// confirm is [storage.Store.Confirm].
	confirm func(ctx context.Context, tables ...string) error
}

// maxErrors is how many errors an answer lists; the rest would only make it large.
const maxErrors = 10

// preflights are the headers of which any, not empty, shows that a browser asked
// before it sent the request from another site.
var preflights = []string{"Apollo-Require-Preflight", "X-Apollo-Operation-Name", "Graphql-Require-Preflight"}

func (g *graphQL) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["X-Content-Type-Options"], h["Cache-Control"] = noSniff, noStore
	h.Add("Vary", "Accept, Sen-Locale, Sen-Stage")
	if auth.ActorOf(r.Context()) != nil {
		h.Set("Cache-Control", "private, no-store")
	}
	answer := &answer{w: w, r: r, mediaType: negotiate(r.Header.Values("Accept")), languages: g.languages}
	acceptable := answer.mediaType != ""
	if !acceptable {
		answer.mediaType = mediaJSON
	}
	var params *rawParams
	bad := g.rate.take(h, r, 1) // the least that a request costs, whatever comes of it
	if bad == nil && !acceptable {
		bad = refused(http.StatusNotAcceptable, content.CodeBadUserInput, "The answer comes as application/graphql-response+json or application/json; Accept names neither.")
	}
	if bad != nil {
		answer.refuse(bad.status, bad.said)
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if bad = answer.reading(g.rate, len(r.URL.RawQuery)); bad == nil {
			params, bad = g.fromURL(r)
		}
	case http.MethodPost:
		if asked, ok := r.Context().Value(askedKey{}).(asked); ok {
			params, bad = g.fromJSON(answer, asked.body)
		} else if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && mediaType == "multipart/form-data" {
			var files *multipartRequest
			params, files, bad = g.fromMultipart(w, r)
			defer files.remove()
		} else {
			params, bad = g.fromBody(answer, r)
		}
	default:
		h.Set("Allow", "GET, HEAD, POST")
		bad = refused(http.StatusMethodNotAllowed, content.CodeBadUserInput, "GraphQL is served by GET and POST.")
	}
	if bad == nil {
		bad = g.persisted.find(params)
	}
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
	end, ok := g.turns.take(r.Context())
	if !ok {
		answer.busy(content.Errorf(content.CodeUnavailable, "Too much is asked for at once. Try again in a moment."))
		return
	}
	defer end()
	g.run(graph.WithReadCost(r.Context(), answer.readCost), answer, params, end)
}

// run executes an operation and writes its answer, once its turn is at its end: who reads slowly keeps nobody waiting.
func (g *graphQL) run(ctx context.Context, answer *answer, params *rawParams, end func()) {
	get := answer.r.Method != http.MethodPost
	if get {
		ctx = graph.ReadOnly(ctx)
	}
	now := graphql.Now()
	params.ReadTime = graphql.TraceTiming{Start: now, End: now}
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := g.exec.CreateOperationContext(ctx, &params.RawParams)
	if refused := refusedOf(ctx); refused != nil && (errs != nil || !signing(op)) {
		refuseVisitor(answer.w, answer.r, g.languages, content.CodeOf(refused), refused)
		return
	}
	if errs != nil {
		status := answer.requestError()
		switch code, _ := errs[0].Extensions["code"].(string); {
		case errs[0] == graph.ErrReadOnly:
			status = http.StatusMethodNotAllowed
			answer.w.Header().Set("Allow", "POST")
		case code == string(content.CodeTooLarge):
			status = http.StatusRequestEntityTooLarge
		}
		answer.write(status, g.exec.DispatchError(graphql.WithOperationContext(ctx, op), errs), false)
		return
	}
	if bad := g.rate.take(answer.w.Header(), answer.r, graph.CostOf(op).Requested-1-answer.readCost); bad != nil {
		answer.refuse(bad.status, bad.said)
		return
	}
	g.persisted.keep(params)
	key, shared := sharedKey(op, &params.RawParams, answer.mediaType)
	shared = shared && g.prepared() && auth.ActorOf(ctx) == nil && stranger(params.Headers) && (g.answers != nil || get) // by POST no cache in front keeps it
	limit := g.limit(op)
	if limit > g.timeout {
		_ = http.NewResponseController(answer.w).SetWriteDeadline(time.Now().Add(limit + writeTime)) // a test's recorder has no deadlines
	}
	execute := func(ctx context.Context) *cache.Answer { return g.execute(ctx, op, limit, answer.mediaType, shared) }
	var done *cache.Answer
	if !shared {
		done = execute(ctx)
	} else if done = g.answers.Get(key); done == nil {
		done = g.answers.Fill(ctx, key, execute)
	}
	end()
	sent, ok := g.outgoing.take(ctx, len(done.Body))
	if !ok {
		answer.busy(content.Errorf(content.CodeUnavailable, "Too many large answers are on their way. Try again in a moment."))
		return
	}
	defer sent()
	if done.Status == http.StatusServiceUnavailable {
		answer.w.Header().Set("Retry-After", "1")
		answer.w.Header().Set("Cache-Control", "no-store")
	}
	if !shared {
		answer.send(done.Status, done.Body)
		return
	}
	if asked, ok := ctx.Value(askedKey{}).(asked); ok {
		g.answers.Keep(asked.key, done)
	}
	if done.Header == nil {
		answer.send(done.Status, done.Body)
		return
	}
	deliver(answer.w, answer.r, done)
}

// itemsInTime is how many items of bulk mutations have the time of one operation.
const itemsInTime = 20

// writeTime is how long an answer that was long in the making may take on its way out.
const writeTime = 10 * time.Second

// limit is how long an operation may take: with bulk mutations it is the more the more items they have.
func (g *graphQL) limit(op *graphql.OperationContext) time.Duration {
	return time.Duration(1+max(graph.Items(op)-1, 0)/itemsInTime) * g.timeout
}

// execute runs an operation, for so long at most. With shared, an answer without errors is one that caches in front may have, and one
// that was made from something may be kept.
func (g *graphQL) execute(ctx context.Context, op *graphql.OperationContext, limit time.Duration, mediaType string, shared bool) *cache.Answer {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ctx, read := cache.Collect(ctx)
	ctx, trips := engine.CountTrips(ctx)
	response := g.dispatch(ctx, op)
	if shared && response != nil && len(response.Errors) == 0 {
		if err := g.confirm(ctx, trips.Empty()...); err != nil {
			said, ok := errors.AsType[*content.Error](err)
			if !ok {
				said = content.Errorf(content.CodeUnavailable, "The store did not answer. Try again.")
			}
			response = &graphql.Response{Data: []byte("null"), Errors: gqlerror.List{coded(said.Code, said.In(chainOf(op.Headers, g.languages)))}}
		}
	}
	if response == nil { // the context ended before the answer did
		response = &graphql.Response{Data: []byte("null"), Errors: gqlerror.List{
			coded(content.CodeUnavailable, content.Errorf(content.CodeUnavailable, "The answer took longer than %s. Ask for less, or try again.", limit).In(chainOf(op.Headers, g.languages))),
		}}
	}
	done := &cache.Answer{Status: http.StatusOK, Cost: graph.CostOf(op).Requested}
	ran := response.Data != nil || len(response.Errors) == 0
	if !ran && mediaType == mediaResponse {
		done.Status = http.StatusBadRequest
	}
	if unavailable(response) {
		done.Status = http.StatusServiceUnavailable
	}
	done.Body = render(response, ran)
	if shared && len(response.Errors) == 0 {
		tags := read.All()
		if len(tags) > 0 {
			done.Tags = tags
		}
		done.Header = sharedHeader(done.Body, mediaType, tags, g.sharedMaxAge)
	}
	return done
}

// refusal is a request that is not one, or, without a status, whose document is none that is run here.
type refusal struct {
	status int
	said   *content.Error
}

// refused makes a refusal that is told by a format, in Vietnamese too where that is translated.
func refused(status int, code content.Code, format string, args ...any) *refusal {
	return &refusal{status, content.Errorf(code, format, args...)}
}

func (g *graphQL) fromURL(r *http.Request) (*rawParams, *refusal) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badInput("The address has a malformed query string.")
	}
	params := new(rawParams)
	params.OperationName = query.Get("operationName")
	for name, into := range map[string]**string{"query": &params.query, "documentId": &params.documentID} {
		if query.Has(name) {
			text := strings.Clone(query.Get(name)) // a part of the address, which would be kept with it
			*into = &text
		}
	}
	for name, into := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		if text := query.Get(name); text != "" && decode([]byte(text), into) != nil {
			return nil, badInput("The parameter %s must be a JSON object.", name)
		}
	}
	if !utf8.ValidString(query.Get("query")) || !utf8.ValidString(query.Get("variables")) || !utf8.ValidString(params.OperationName) {
		return nil, badInput("The parameters must be UTF-8.")
	}
	return params, nil
}

func (g *graphQL) fromBody(answer *answer, r *http.Request) (*rawParams, *refusal) {
	mediaType, typeParams, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != mediaJSON {
		code := content.CodeCSRF
		if preflighted(r) {
			code = content.CodeBadUserInput
		}
		return nil, refused(http.StatusUnsupportedMediaType, code, "Send the request as Content-Type: application/json.")
	}
	if charset := typeParams["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") || r.Header.Get("Content-Encoding") != "" {
		return nil, refused(http.StatusUnsupportedMediaType, content.CodeBadUserInput, "Send the body as plain UTF-8.")
	}
	if r.ContentLength > g.maxBody {
		return nil, tooLarge("The body", g.maxBody)
	}
	body, err := io.ReadAll(http.MaxBytesReader(answer.w, r.Body, g.maxBody))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, tooLarge("The body", g.maxBody)
	}
	if err != nil {
		return nil, badInput("The body could not be read.")
	}
	return g.fromJSON(answer, body)
}

func (g *graphQL) fromJSON(answer *answer, body []byte) (*rawParams, *refusal) {
	if int64(len(body)) > g.maxBody {
		return nil, tooLarge("The body", g.maxBody)
	}
	if bad := answer.reading(g.rate, len(body)); bad != nil {
		return nil, bad
	}
	if !utf8.Valid(body) {
		return nil, badInput("The body must be UTF-8.")
	}
	return parseParams(body)
}

// reading takes from the client's rate what it costs to read a long request.
func (a *answer) reading(rate *rateLimit, bytes int) *refusal {
	if a.readCost = bytes / graph.BytesInCost; a.readCost == 0 {
		return nil
	}
	return rate.take(a.w.Header(), a.r, a.readCost)
}

// parseParams reads what is asked from JSON.
func parseParams(body []byte) (*rawParams, *refusal) {
	var fields struct {
		Query         *string         `json:"query"`
		DocumentID    *string         `json:"documentId"`
		OperationName *string         `json:"operationName"`
		Variables     json.RawMessage `json:"variables"`
		Extensions    json.RawMessage `json:"extensions"`
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, badInput("The body must be one JSON object with query or documentId, operationName, variables and extensions.")
	}
	params := &rawParams{query: fields.Query, documentID: fields.DocumentID}
	if fields.OperationName != nil {
		params.OperationName = *fields.OperationName
	}
	if len(fields.Variables) > 0 && decode(fields.Variables, &params.Variables) != nil {
		return nil, badInput("The member variables must be a JSON object.")
	}
	if len(fields.Extensions) > 0 && decode(fields.Extensions, &params.Extensions) != nil {
		return nil, badInput("The member extensions must be a JSON object.")
	}
	return params, nil
}

// decode reads one JSON value and nothing behind it, keeping numbers as they are written.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something stands behind the value")
	}
	return nil
}

// coded is an error of an answer with its code.
func coded(code content.Code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": string(code)}}
}
