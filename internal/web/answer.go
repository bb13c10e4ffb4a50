package web

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sen/graph/coded"
	"sen/graph/scalar"
	"sen/internal/content"
)

// The media types of answers: the one of the GraphQL over HTTP specification, and the older one.
const (
	mediaResponse = "application/graphql-response+json"
	mediaJSON     = "application/json"
)

// answer writes the answer to one GraphQL request.
type answer struct {
	w         http.ResponseWriter
	r         *http.Request
	mediaType string
	// readCost is the cost of reading a long request.
	readCost int
	// languages returns the site's languages, for messages.
	languages func() content.Languages
}

// chainOf returns the languages for the error messages of a request before any field is read: the language of the
// header Sen-Locale, or the site's default. Without a site it returns nil, and messages are in English.
func chainOf(h http.Header, site func() content.Languages) []content.Locale {
	if site == nil {
		return nil
	}
	locale, _ := scalar.ParseLocale(h.Get("Sen-Locale")) // another check reports a malformed language
	return site().Chain(locale)
}

// refuse answers a request that could not be read.
func (a *answer) refuse(status int, err *content.Error) {
	said := coded.Errorf(err.Code, "%s", err.In(chainOf(a.r.Header, a.languages)))
	a.write(status, &graphql.Response{Errors: gqlerror.List{said}}, false)
}

// busy answers a request that the server has no capacity for at the moment.
func (a *answer) busy(err *content.Error) {
	a.w.Header().Set("Retry-After", "1")
	a.refuse(http.StatusServiceUnavailable, err)
}

// requestError returns the status of an answer to a request that can't be executed. It depends on the media type of
// the answer.
func (a *answer) requestError() int {
	if a.mediaType == mediaResponse {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// write sends an answer in one piece. The answer to a request error has no data member, as the specification demands.
// If the operation ran, the answer has one, even if it is null.
func (a *answer) write(status int, response *graphql.Response, ran bool) {
	a.send(status, render(response, ran))
}

// unavailable reports whether an answer has no data, and the only reason is that the store was unreachable or too
// slow. Such an answer gets the status 503 for both media types, so that proxies and clients try again and no cache
// stores it.
func unavailable(response *graphql.Response) bool {
	for _, err := range response.Errors {
		if code, _ := err.Extensions["code"].(string); code != string(content.CodeUnavailable) {
			return false
		}
	}
	if len(response.Errors) == 0 {
		return false
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(response.Data, &fields) != nil && len(response.Data) > 0 {
		return false
	}
	for _, field := range fields {
		if string(field) != "null" {
			return false
		}
	}
	return true
}

// render returns an answer as JSON.
func render(response *graphql.Response, ran bool) []byte {
	body := make([]byte, 0, len(response.Data)+256)
	body = append(body, '{')
	if len(response.Errors) > 0 {
		errs, err := json.Marshal(response.Errors[:min(len(response.Errors), maxErrors)])
		if err != nil {
			errs = []byte(`[{"message":"The errors could not be written.","extensions":{"code":"INTERNAL"}}]`)
		}
		body = append(append(body, `"errors":`...), errs...)
		if ran {
			body = append(body, ',')
		}
	}
	if ran {
		body = append(append(body, `"data":`...), response.Data...)
	}
	if len(response.Extensions) > 0 {
		if extensions, err := json.Marshal(response.Extensions); err == nil {
			body = append(append(body, `,"extensions":`...), extensions...)
		}
	}
	return append(body, '}')
}

// send writes an answer's header and body.
func (a *answer) send(status int, body []byte) {
	h := a.w.Header()
	h.Set("Content-Type", a.mediaType+"; charset=utf-8")
	if a.r.Method != http.MethodHead || len(body) < minCompressed || !acceptsGzip(a.r.Header["Accept-Encoding"]) {
		// Otherwise the length would be that of the compressed body, which HEAD does not produce.
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	a.w.WriteHeader(status)
	if a.r.Method != http.MethodHead {
		_, _ = a.w.Write(body)
	}
}

// matchingTag returns the first of an answer's entity tags that If-None-Match names; "*" names all. The tag of the
// compressed body matches too, because it stands for the same content as the tag of the plain one.
func matchingTag(ifNoneMatch, tags []string) string {
	named := strings.Split(strings.Join(ifNoneMatch, ","), ",")
	for i, one := range named {
		named[i] = strings.TrimPrefix(strings.TrimSpace(one), "W/")
	}
	for _, tag := range tags {
		if slices.Contains(named, tag) || slices.Contains(named, "*") {
			return tag
		}
	}
	return ""
}

// negotiate chooses the media type of the answer by the header Accept (RFC 9110 §12.5.1). It returns an empty text if
// the header allows none of ours. For equal weights it chooses the type that is named first. A wildcard means the
// older type, which every client understands.
func negotiate(accept []string) string {
	header := strings.Join(accept, ",")
	if strings.TrimSpace(header) == "" {
		return mediaJSON
	}
	best, weight := "", 0.0
	for _, part := range strings.Split(header, ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
			continue
		}
		switch name {
		case mediaResponse, mediaJSON:
		case "*/*", "application/*":
			name = mediaJSON
		default:
			continue
		}
		if q > weight {
			best, weight = name, q
		}
	}
	return best
}
