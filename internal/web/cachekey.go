package web

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sen/internal/cache"
)

// shareable reports whether a request may be answered from the cache: it is public, and its body needs no decoding.
func shareable(r *http.Request) bool {
	h := r.Header
	if !isPublic(h) || len(h["Content-Encoding"]) > 0 {
		return false
	}
	if len(h["Accept"]) > 4 || len(h["Sen-Locale"]) > 1 || len(r.URL.RawQuery) > maxSent/4 {
		return false // no client sends this much, and the buffer must hold it
	}
	for _, accept := range h["Accept"] {
		if len(accept) > 1024 {
			return false
		}
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return r.ContentLength == 0
	case http.MethodPost:
		mediaType := h["Content-Type"]
		return r.ContentLength > 0 && len(mediaType) == 1 &&
			(mediaType[0] == mediaJSON || mediaType[0] == mediaJSON+"; charset=utf-8")
	}
	return false
}

// isPublic reports whether the header belongs to an anonymous client that asks for published content. A client with a
// session cookie is not public even if the session has ended, because the answer may remove the cookie.
func isPublic(h http.Header) bool {
	for _, cookie := range h["Cookie"] {
		if strings.Contains(cookie, sessionCookie) {
			return false
		}
	}
	return len(h["Authorization"]) == 0 && len(h["Sen-Stage"]) == 0
}

// operationKey returns the cache key of an operation, which is the same for all ways to write the request. It covers
// the document, the variables with their defaults, and the locale of the header. It returns false if the operation is
// not a query.
func operationKey(op *graphql.OperationContext, params *graphql.RawParams, mediaType string) (cache.Key, bool) {
	if op.Operation.Operation != ast.Query {
		return cache.Key{}, false
	}
	asked := make([]byte, 0, 2048)
	for _, part := range []string{op.RawQuery, op.Operation.Name, params.Headers.Get("Sen-Locale"), mediaType} {
		asked = strconv.AppendInt(asked, int64(len(part)), 10)
		asked = append(append(asked, ':'), part...)
	}
	for _, object := range []map[string]any{op.Variables, params.Extensions} {
		if len(object) > 0 {
			object, err := json.Marshal(object)
			if err != nil {
				return cache.Key{}, false
			}
			asked = append(asked, object...)
		}
		asked = append(asked, 0)
	}
	return sha256.Sum256(asked), true
}
