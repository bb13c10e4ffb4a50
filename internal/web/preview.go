package web

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"sen/graph/documents"
	"sen/internal/auth"
	"sen/internal/content"
)

var (
	//go:embed preview.tmpl
	previewText  string
	previewPage  = template.Must(template.New("preview").Parse(previewText))
	previewQuery = queryOfPage()
)

// previewPolicy lets the page show pictures, which may come from another origin that serves media, and run nothing.
const previewPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: http:; media-src 'self' https: http:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups allow-top-navigation-by-user-activation"

// preview shows one draft as a plain page to every client that has its link. It asks the same GraphQL schema that a
// program would ask with the link's token.
type preview struct {
	operations
	actor   func(ctx context.Context, secret string) (*content.Actor, error)
	timeout time.Duration
	// A client with a link has the limits of an anonymous client.
	rate      *rateLimit
	admission *admission
	outgoing  *outgoing
}

// queryOfPage returns the query for everything that the page shows of an entry of any kind. Its aliases are the
// places on the page.
func queryOfPage() string {
	var b strings.Builder
	b.WriteString("query Preview($id: ID!) { node(id: $id) { ... on Content { label locale locales status }")
	for _, kind := range content.Kinds() {
		p := kind.Descriptor().Page
		var shown []string
		for _, part := range []struct{ place, field, selection string }{
			{"lead", p.Lead, ""},
			{"byline", p.Byline, ""},
			{"summary", p.Summary, ""},
			{"bio", p.Bio, ""},
			{"cover", p.Cover, " { ...picture }"},
			{"body", p.Body, " { html }"},
		} {
			if part.field != "" {
				shown = append(shown, part.place+": "+part.field+part.selection)
			}
		}
		if p.Picture {
			shown = append(shown, "...picture")
		}
		if shown != nil {
			fmt.Fprintf(&b, " ... on %s { %s }", kind, strings.Join(shown, " "))
		}
	}
	b.WriteString(" } } fragment picture on Media { kind url(width: 1280) alt caption }")
	return b.String()
}

// previewed is the answer to the query.
type previewed struct {
	Node *struct {
		Label, Locale, Status      string
		Locales                    []string
		Lead, Byline, Summary, Bio string
		medium                     // of an entry that is a medium itself
		Cover                      *medium
		// Body is HTML that richtext wrote: texts are escaped and addresses are checked.
		Body *struct{ HTML template.HTML }
	}
}

type medium struct{ Kind, URL, Alt, Caption string }

func (p preview) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", previewPolicy)
	var page bytes.Buffer
	sent, err := p.write(&page, h, r)
	if code := content.CodeOf(err); err != nil {
		status, said := http.StatusInternalServerError, content.Errorf(code, "Something went wrong on our side.")
		switch code {
		case content.CodeUnauthenticated, content.CodeNotFound:
			status, said = http.StatusNotFound,
				content.Errorf(code,
					"This link shows nothing any more: it is over, or what it showed is gone. Ask the newsroom for a new one.")
		case content.CodeBadUserInput:
			status, said = http.StatusBadRequest,
				content.Errorf(code, "The page is not kept in the language that the address names.")
		case content.CodeUnavailable:
			status, said = http.StatusServiceUnavailable,
				content.Errorf(code, "The page can't be shown right now. Try again in a moment.")
			h.Set("Retry-After", "1")
		case content.CodeRateLimited:
			status, said = http.StatusTooManyRequests,
				content.Errorf(code, "Too much was asked for from your network. Try again in %s s.", h.Get("Retry-After"))
		default:
			p.log.ErrorContext(r.Context(), "preview failed", "request", r.Header.Get("X-Request-Id"), "err", err)
		}
		asked := r.Header
		if locale := r.URL.Query().Get("locale"); locale != "" {
			asked = http.Header{"Sen-Locale": {locale}}
		}
		http.Error(w, said.In(chainOf(asked, p.languages)), status)
		return
	}
	defer sent()
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page.Bytes())
}

// write waits for admission and writes the page. The caller must call sent after it has sent the page.
func (p preview) write(page *bytes.Buffer, h http.Header, r *http.Request) (sent func(), err error) {
	if bad := p.rate.take(h, r, 1); bad != nil {
		return nil, bad.said
	}
	release, ok := p.admission.turn(r.Context())
	if !ok {
		return nil, content.Errorf(content.CodeUnavailable, "Too much is asked for at once.")
	}
	defer release()
	entry, err := p.read(h, r)
	if err != nil {
		return nil, err
	}
	if err := previewPage.Execute(page, entry); err != nil {
		return nil, err
	}
	if sent, ok = p.outgoing.take(r.Context(), page.Len()); !ok {
		return nil, content.Errorf(content.CodeUnavailable, "Too many large answers are on their way.")
	}
	return sent, nil
}

// read reads the entry that the link's token opens.
func (p preview) read(h http.Header, r *http.Request) (*previewed, error) {
	ctx, cancel := context.WithTimeout(r.Context(), p.timeout)
	defer cancel()
	actor, err := p.actor(ctx, r.PathValue("token"))
	if err != nil {
		return nil, err
	}
	if actor == nil || actor.Preview == "" { // the secret of an account is not the token of a link
		return nil, content.Errorf(content.CodeUnauthenticated, "This is no preview.")
	}
	ctx = graphql.StartOperationTrace(auth.WithActor(ctx, actor))
	headers := http.Header{"Sen-Stage": {string(content.StageDraft)}, "X-Request-Id": r.Header["X-Request-Id"]}
	if locale := r.URL.Query().Get("locale"); locale != "" {
		headers.Set("Sen-Locale", locale)
	}
	op, errs := p.exec.CreateOperationContext(ctx, &graphql.RawParams{
		Query: previewQuery, Variables: map[string]any{"id": string(actor.Preview)}, Headers: headers,
	})
	if errs != nil {
		return nil, errs
	}
	if bad := p.rate.take(h, r, documents.CostOf(op).Requested-1); bad != nil {
		return nil, bad.said
	}
	response := p.dispatch(ctx, op, false)
	if response == nil {
		return nil, content.Errorf(content.CodeUnavailable, "The answer took too long.")
	}
	if len(response.Errors) > 0 {
		if code, _ := response.Errors[0].Extensions["code"].(string); code != "" {
			return nil, content.Errorf(content.Code(code), "%s", response.Errors[0].Message)
		}
		return nil, response.Errors
	}
	page := new(previewed)
	if err := json.Unmarshal(response.Data, page); err != nil {
		return nil, err
	}
	if page.Node == nil {
		return nil, content.Errorf(content.CodeNotFound, "The entry is gone.")
	}
	return page, nil
}

// Status returns the entry's state in words.
func (p *previewed) Status() string {
	return strings.ToLower(strings.ReplaceAll(p.Node.Status, "_", " "))
}
