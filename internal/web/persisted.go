package web

import (
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"

	"sen/graph/documents"
	"sen/internal/cache"
	"sen/internal/content"
)

// rawParams are the parameters of an operation as the client sent them. They have the document, or an id or hash of
// it.
type rawParams struct {
	graphql.RawParams
	// query is the text of the document, and documentID is the id of a trusted document.
	query, documentID *string
	// hash is the SHA-256 of an automatically persisted document.
	hash string
}

// persisted finds documents that clients name instead of sending them: trusted documents, as in the GraphQL over HTTP
// specification, appendix "Persisted Documents", and automatically persisted ones, as Apollo defines them.
type persisted struct {
	trusted documents.Trusted
	// only refuses every document that is not trusted.
	only bool
	// automatic has texts of documents by their hash. Each was executed, so it is valid and within the limits.
	automatic *cache.Fixed[string]
}

const (
	// automaticBytes is the capacity in bytes for automatically persisted documents.
	automaticBytes = 16 << 20
	// perAutomatic is the estimated size in bytes of a document in addition to its text.
	perAutomatic = 256
)

func newPersisted(trusted documents.Trusted, only bool) persisted {
	return persisted{
		trusted, only,
		cache.NewFixed(automaticBytes, func(_, text string) uint32 { return uint32(len(text) + perAutomatic) }),
	}
}

// find replaces an id or hash in params by the text of the document.
func (p persisted) find(params *rawParams) *refusal {
	if bad := params.readHash(); bad != nil {
		return bad
	}
	switch {
	case params.documentID != nil:
		if params.query != nil || params.hash != "" {
			return badInput("Name the document once: by documentId, by query or by extensions.persistedQuery.")
		}
		if err := documents.CheckID(*params.documentID); err != nil {
			return badInput("The documentId is malformed: %v.", err)
		}
		text, ok := p.trusted[*params.documentID]
		if !ok {
			return refused(0, content.CodePersistedQueryNotFound, "No document has this documentId here.")
		}
		params.Query = text
	case params.query != nil:
		params.Query = *params.query
		if params.hash != "" && params.hash != documents.Hash(params.Query) {
			return badInput("The sha256Hash of extensions.persistedQuery is not that of the query.")
		}
	case params.hash != "":
		text, ok := p.trusted.ByHash(params.hash)
		if !ok {
			text, ok = p.automatic.Get(params.hash)
		}
		if !ok && !p.only {
			// Clients recognize this message and then send the document.
			return refused(0, content.CodePersistedQueryNotFound, "PersistedQueryNotFound")
		}
		params.Query = text
	default:
		return badInput("The request has neither query nor documentId.")
	}
	if p.only {
		if _, ok := p.trusted.ByHash(documents.Hash(params.Query)); !ok {
			return refused(0, content.CodeForbidden,
				"Only documents that were loaded at start are run here. Name one by its documentId.")
		}
	}
	return nil
}

// keep stores the document of a valid request if its client wants to send only the hash from now on.
func (p persisted) keep(params *rawParams) {
	if params.hash != "" && params.query != nil && !p.only {
		p.automatic.Put(params.hash, params.Query)
	}
}

// readHash removes the hash of an automatically persisted document from the extensions and sets params.hash.
func (params *rawParams) readHash() *refusal {
	sent := params.Extensions["persistedQuery"]
	if delete(params.Extensions, "persistedQuery"); len(params.Extensions) == 0 {
		params.Extensions = nil
	}
	if sent == nil {
		return nil
	}
	members, _ := sent.(map[string]any)
	params.hash, _ = members["sha256Hash"].(string)
	if members["version"] != json.Number("1") || documents.CheckID("sha256:"+params.hash) != nil {
		return badInput("The member persistedQuery of extensions must have version 1, and as sha256Hash 64 digits of lower-case hex.")
	}
	return nil
}
