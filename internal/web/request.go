package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"sen/graph/documents"
	"sen/internal/content"
)

// refusal is the reason why a request is not executed. The status zero stands for a request error, whose status
// depends on the media type of the answer ([answer.requestError]).
type refusal struct {
	status int
	said   *content.Error
}

// refused returns a refusal with a message. The message is translated if package content has a translation of its
// format.
func refused(status int, code content.Code, format string, args ...any) *refusal {
	return &refusal{status, content.Errorf(code, format, args...)}
}

// params reads the parameters of a request. The caller must call cleanup after the operation: it removes uploaded
// files.
func (g *graphQL) params(answer *answer) (params *rawParams, cleanup func(), bad *refusal) {
	r, cleanup := answer.r, func() {}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if bad = answer.reading(g.rate, len(r.URL.RawQuery)); bad == nil {
			params, bad = g.fromURL(r)
		}
	case http.MethodPost:
		if sent, ok := sentOf(r.Context()); ok {
			params, bad = g.fromJSON(answer, sent.body)
		} else if isMultipart(r) {
			var files *multipartRequest
			params, files, bad = g.fromMultipart(answer.w, r)
			cleanup = files.remove
		} else {
			params, bad = g.fromBody(answer, r)
		}
	default:
		answer.w.Header().Set("Allow", "GET, HEAD, POST")
		bad = refused(http.StatusMethodNotAllowed, content.CodeBadUserInput, "GraphQL is served by GET and POST.")
	}
	if bad == nil {
		bad = g.persisted.find(params)
	}
	return params, cleanup, bad
}

// isMultipart reports whether a request has a form with files.
func isMultipart(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == "multipart/form-data"
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
			text := strings.Clone(query.Get(name)) // copied, because a part of the address would keep all of it in memory
			*into = &text
		}
	}
	objects := map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions}
	for name, into := range objects {
		if text := query.Get(name); text != "" && decode([]byte(text), into) != nil {
			return nil, badInput("The parameter %s must be a JSON object.", name)
		}
	}
	for _, name := range []string{"query", "variables", "operationName"} {
		if !utf8.ValidString(query.Get(name)) {
			return nil, badInput("The parameters must be UTF-8.")
		}
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
	charset := typeParams["charset"]
	if charset != "" && !strings.EqualFold(charset, "utf-8") || r.Header.Get("Content-Encoding") != "" {
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

// reading charges the cost of reading a long request to the client's rate limit.
func (a *answer) reading(rate *rateLimit, bytes int) *refusal {
	if a.readCost = bytes / documents.BytesInCost; a.readCost == 0 {
		return nil
	}
	return rate.take(a.w.Header(), a.r, a.readCost)
}

// parseParams reads the parameters from JSON.
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

// decode reads exactly one JSON value. It keeps numbers as they are written.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is data after the JSON value")
	}
	return nil
}
